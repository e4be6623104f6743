import type { Pool } from 'undici';
import { isGood, type Replica } from './replica.js';

/** The way of one exchange to one address. */
export interface Lane {
  readonly replica: Replica;
  readonly pool: Pool;
  /** Requests under way. */
  busy: number;
}

let turn = 0;

/**
 * The good one with the fewest requests under way, of equals each in turn; when none is good, of all: an address that is
 * out of order everywhere but in what is known of it must not be out of reach.
 *
 * @param tried those that are not asked again.
 * @returns undefined when there is none but them.
 */
export function leastLoaded(lanes: readonly Lane[], tried: readonly Replica[] | undefined): Lane | undefined {
  // The usual house: nothing to choose from.
  if (lanes.length === 1 && !tried) return lanes[0];
  turn += 1;
  let best: Lane | undefined;
  let isBestGood = false;
  for (let step = 0; step < lanes.length; step += 1) {
    const lane = lanes[(turn + step) % lanes.length] as Lane;
    if (tried?.includes(lane.replica)) continue;
    const good = isGood(lane.replica);
    if (!best || (good && !isBestGood) || (good === isBestGood && lane.busy < best.busy)) {
      best = lane;
      isBestGood = good;
    }
  }
  return best;
}
