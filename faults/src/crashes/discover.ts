import { lineOf, type Point } from './point.js';
import { play, PART_NAMES, type PartName } from './sale/parts.js';
import { setStage } from './sale/stage.js';
import { newOnes, type ShopUnderFire } from './shop-under-fire.js';

/** A point, and the part of the sale in which it is passed. */
export interface Discovered extends Point {
  part: PartName;
}

/**
 * Plays the sale in which nothing crashes, part by part, and writes down which steps are passed.
 *
 * @throws Error when not everything went well: nothing could be said of crashes then
 */
export async function discover(fire: ShopUnderFire): Promise<Discovered[]> {
  const known = new Set<string>();
  const discovered: Discovered[] = [];
  for (const part of PART_NAMES) {
    if (part !== 'selling') await fire.restartAll();
    const wrong = await play(await setStage(fire.house), [part]);
    await fire.shop.invariants();
    if (wrong.length > 0) throw new Error(`without any crash, in ${part}: ${wrong.join('; ')}`);
    for (const point of newOnes(fire.takePassed(), known)) {
      known.add(lineOf(point));
      discovered.push({ ...point, part });
    }
  }
  return discovered.toSorted((a, b) => (lineOf(a) < lineOf(b) ? -1 : 1));
}
