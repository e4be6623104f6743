import { lineOf, type Point } from './point.js';
import { JOURNEY_NAMES, play, type JourneyName } from './sale/all-journeys.js';
import { setStage } from './sale/stage.js';
import type { ShopUnderFire } from './shop-under-fire.js';

/** A point, and a journey that passes it by itself. */
export interface Discovered extends Point {
  journey: JourneyName;
}

/**
 * Plays the sale in which nothing crashes, one journey after the other, and writes down which steps each passes.
 *
 * @throws Error when not everything went well: nothing could be said of crashes then
 */
export async function discover(fire: ShopUnderFire): Promise<Discovered[]> {
  const discovered = new Map<string, Discovered>();
  // What passes when a shop opens, no journey passes again.
  fire.takePassed();
  for (const journey of JOURNEY_NAMES) {
    const wrong = await play(await setStage(fire.house), [journey]);
    await fire.shop.invariants();
    if (wrong.length > 0) throw new Error(`without any crash: ${wrong.join('; ')}`);
    for (const point of fire.takePassed()) {
      const line = lineOf(point);
      if (!discovered.has(line)) discovered.set(line, { ...point, journey });
    }
  }
  return [...discovered.values()].toSorted((a, b) => (lineOf(a) < lineOf(b) ? -1 : 1));
}
