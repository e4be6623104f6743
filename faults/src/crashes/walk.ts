import { isWanted, type FaultArguments } from '../arguments.js';
import { describeTried, type Tried } from '../tried.js';
import { discover, type Discovered } from './discover.js';
import { compareWithList, listedAs, readListed } from './listed-points.js';
import { lineOf } from './point.js';
import { openShopUnderFire, type ShopUnderFire } from './shop-under-fire.js';
import { tryPoint } from './try-point.js';

const print = (line: string) => process.stdout.write(`${line}\n`);

/**
 * Walks all crash points, one at a time in each shop, under a running sale; prints a line for each. Some of them are
 * taken from the list as they stand; else a sale without crashes is played first, and compared with it.
 *
 * @returns how many did not hold, or are not as the list says: no step escapes in silence
 */
export async function walkCrashPoints(args: FaultArguments): Promise<number> {
  return inShop(async (first) => {
    const points = args.only === undefined ? await discover(first) : readListed();
    if (args.list) {
      for (const point of points) print(listedAs(point));
      return 0;
    }
    const differences = compareWithList(points, readListed());
    for (const difference of differences) print(`BROKEN  ${difference}`);
    const wanted = points.filter((point) => isWanted(args, lineOf(point)));
    const tried = await tryAll(first, wanted, args.shops);
    const broken = tried.filter(({ problem }) => problem !== undefined).length;
    const longest = Math.max(0, ...tried.map(({ heldAfterMs }) => heldAfterMs ?? 0));
    print(
      `${tried.length} of ${points.length} crash points tried: ${broken} did not hold; ` +
        `the longest took ${(longest / 1_000).toFixed(1)} s.`,
    );
    return broken + differences.length;
  });
}

/** In several shops, where much of the time is waiting: for leases of the dead to run out. */
async function tryAll(first: ShopUnderFire, points: readonly Discovered[], shops: number): Promise<Tried[]> {
  const left = [...points];
  const tried: Tried[] = [];
  const work = async (fire: ShopUnderFire) => {
    for (let point = left.shift(); point; point = left.shift()) {
      const one = await tryPoint(fire, point);
      tried.push(one);
      print(describeTried(one));
    }
  };
  const others = Array.from({ length: Math.min(shops, points.length) - 1 }, () => inShop(work));
  await Promise.all([work(first), ...others]);
  return tried;
}

async function inShop<T>(work: (fire: ShopUnderFire) => Promise<T>): Promise<T> {
  const fire = await openShopUnderFire();
  try {
    return await work(fire);
  } finally {
    await fire[Symbol.asyncDispose]();
  }
}
