import { readBooks, type Books } from '@stampede/shared/testing';
import { putOnSale } from '../checkouts/put-on-sale.js';
import type { Judged } from '../judging/check.js';
import { settle, type Settled } from '../judging/settle.js';
import { runBurst, type BurstFigures } from './burst.js';
import { judge } from './judge.js';
import { openLane, type Lane } from './lane.js';
import { runLoop, type LoopFigures } from './loop.js';
import type { PaidOrdersOptions, PaidOrdersParts } from './parts.js';

/** Orders from checkout to CONFIRMED, as it is written to the results. */
export interface PaidOrdersRun extends Settled, Judged {
  productId: string;
  /** Null where it was not asked for. */
  loop: LoopFigures | null;
  burst: BurstFigures | null;
  books: Books;
  monotonicMicroseconds: [number, number];
}

/** More than anybody buys. */
const STOCK = 1_000_000;

export async function runPaidOrders(
  parts: PaidOrdersParts,
  options: PaidOrdersOptions,
): Promise<PaidOrdersRun> {
  const productId = await putOnSale(parts.seller, 'Sneaker for everybody', STOCK);
  const lanes = Array.from({ length: options.buyers }, () => openLane(parts));
  try {
    const loop = options.seconds > 0 ? await runLoop(parts, lanes, productId, options) : undefined;
    const burst = options.burst > 0 ? await runBurst(parts, lanes, productId, options) : undefined;
    options.progress('checking', 0, 1);
    const done = [loop, burst].filter((part) => part !== undefined);
    const bought = done.reduce((sum, part) => sum + part.bought, 0);
    const settled = await settle(
      parts,
      async () => ({ books: await readBooks(parts, productId) }),
      (found) => judge({ ...found, bought, stock: STOCK }),
    );
    const windows = done.map(({ figures }) => figures.monotonicMicroseconds);
    return {
      productId,
      loop: loop?.figures ?? null,
      burst: burst?.figures ?? null,
      ...settled,
      problems: [...done.flatMap(({ problems }) => problems), ...settled.problems],
      monotonicMicroseconds: [windows[0]?.[0] ?? 0, windows.at(-1)?.[1] ?? 0],
    };
  } finally {
    lanes.forEach((lane: Lane) => lane.close());
  }
}
