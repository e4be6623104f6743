import { isWanted, type FaultArguments } from '../arguments.js';
import { describeTried, type Tried } from '../tried.js';
import { discover, type Discovered } from './discover.js';
import { compareWithList, listedAs, readListed } from './listed-points.js';
import { lineOf } from './point.js';
import { openShopUnderFire, type ShopUnderFire } from './shop-under-fire.js';
import { tryPoint } from './try-point.js';

const print = (line: string) => process.stdout.write(`${line}\n`);

/** Rounds in one shop: each leaves products and orders behind, which every look at the invariants reads. */
const ROUNDS = 40;

/**
 * Walks the listed crash points, one at a time in each shop, under a running sale; prints a line for each. When it is
 * all of them, a sale without crashes is played beside, and compared with the list.
 *
 * @returns how many did not hold, or are not as the list says: no step escapes in silence
 */
export async function walkCrashPoints(args: FaultArguments): Promise<number> {
  if (args.list) {
    for (const point of await inShop(discover)) print(listedAs(point));
    return 0;
  }
  const listed = readListed();
  const wanted = listed.filter((point) => isWanted(args, lineOf(point)));
  if (wanted.length === 0) throw new Error(`no crash point has "${String(args.only)}" in its line`);
  const [differences, tried] = await Promise.all([
    args.only === undefined ? findDifferences(listed) : [],
    tryAll(wanted, args.shops),
  ]);
  const broken = tried.filter(({ problem }) => problem !== undefined).length;
  const longest = Math.max(0, ...tried.map(({ heldAfterMs }) => heldAfterMs ?? 0));
  print(
    `${tried.length} of ${listed.length} crash points tried: ${broken} did not hold; ` +
      `the longest took ${(longest / 1_000).toFixed(1)} s.`,
  );
  return broken + differences.length;
}

async function findDifferences(listed: readonly Discovered[]): Promise<string[]> {
  const differences = compareWithList(await inShop(discover), listed);
  for (const difference of differences) print(`BROKEN  ${difference}`);
  return differences;
}

/** In several shops, where much of the time is waiting: for leases of the dead to run out. */
async function tryAll(points: readonly Discovered[], shops: number): Promise<Tried[]> {
  const left = [...points];
  const tried: Tried[] = [];
  const tell = (one: Tried) => {
    tried.push(one);
    print(describeTried(one));
  };
  const keepShop = async () => {
    while (left.length > 0) await inShop((fire) => trySome(fire, left, tell));
  };
  await Promise.all(Array.from({ length: Math.min(shops, points.length) }, keepShop));
  return tried;
}

/** Until something does not hold: what is broken stays so, and would be found again at every point after it. */
async function trySome(fire: ShopUnderFire, left: Discovered[], tell: (one: Tried) => void): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const point = left.shift();
    if (!point) return;
    const one = await tryPoint(fire, point).catch((error: unknown) => neverEnded(point, error));
    tell(one);
    if (one.problem !== undefined) return;
  }
}

/** What the trial itself failed of: a process that does not come back, above all. */
const neverEnded = (point: Discovered, error: unknown): Tried => ({
  fault: lineOf(point),
  heldAfterMs: undefined,
  problem: error instanceof Error ? error.message : String(error),
});

async function inShop<T>(work: (fire: ShopUnderFire) => Promise<T>): Promise<T> {
  const fire = await openShopUnderFire();
  try {
    return await work(fire);
  } finally {
    await fire[Symbol.asyncDispose]();
  }
}
