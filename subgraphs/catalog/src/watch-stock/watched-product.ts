import type { Watch } from '@stampede/shared/live';
import type { Product } from '../product.entity.js';
import { nextPhaseChange, phaseOf } from '../stock/phase.js';
import type { TimedReading } from '../stock/timed-reading.js';

/** A product that somebody looks at. */
export interface WatchedProduct {
  product: Product;
  /** Each is given what has changed. */
  viewers: Set<(product: Product) => void>;
  /** Ours of the change feed. */
  feed: Watch;
  /** What was sent last; whoever comes later is given the same at once. */
  sent?: Product & { reading: TimedReading };
  /** How far its sale's clock is ahead of this process' monotonic clock (ms), as of the last reading. */
  clockAhead: number;
  /** When the clock alone changes its phase, by this process' monotonic clock (ms). */
  phaseChangesAt: number;
  /** Its row is being read anew: what its viewers are told waits for it. */
  rereading: boolean;
  /** Has its stock read with the next round of changes. */
  readAgain: () => void;
}

/** Sends a reading on, unless viewers know all that it says. @param readAt monotonic, when it was there */
export function tellViewers(watched: WatchedProduct, reading: TimedReading, readAt: number): void {
  const changesAt = nextPhaseChange(reading.settings, reading.clock);
  // Counted from the answer's arrival: never too early, and too late by the way back from Redis at most.
  watched.clockAhead = reading.clock - readAt;
  watched.phaseChangesAt = changesAt === undefined ? Infinity : changesAt - watched.clockAhead;
  // The row may have come later than the numbers of the same version.
  const rowIsKnown = watched.sent?.settings.version === watched.product.settings.version;
  if (watched.sent && rowIsKnown && saysTheSame(watched.sent.reading, reading)) return;
  watched.sent = Object.assign({}, watched.product, { reading });
  for (const tell of watched.viewers) tell(watched.sent);
}

/** Sends on what the clock has changed since the last reading, while there is no newer one. */
export function tellPhase(watched: WatchedProduct): void {
  if (!watched.sent) return;
  const now = performance.now();
  tellViewers(watched, { ...watched.sent.reading, clock: now + watched.clockAhead }, now);
}

function saysTheSame(a: TimedReading, b: TimedReading): boolean {
  return (
    a.total === b.total &&
    a.available === b.available &&
    a.held === b.held &&
    a.sold === b.sold &&
    a.settings.version === b.settings.version &&
    phaseOf(a.settings, a.available, a.clock) === phaseOf(b.settings, b.available, b.clock)
  );
}
