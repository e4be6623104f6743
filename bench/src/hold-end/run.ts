import { readBooks, type Books, type Buyer } from '@stampede/shared/testing';
import { setTimeout as pause } from 'node:timers/promises';
import { putOnSale } from '../checkouts/put-on-sale.js';
import type { Judged } from '../judging/check.js';
import { settle, type Settled } from '../judging/settle.js';
import { withAddress } from '../load/address.js';
import { usedBy } from '../measure/cost.js';
import type { Platform } from '../platform.js';
import { delaysOfOrders, delaysOfUnits, type Delays } from './delays.js';
import { endHolds } from './end-holds.js';
import { judge } from './judge.js';
import { watchEnd, type HeldOrder, type WatchedEnd } from './watch-end.js';

/** The end of many holds in one second, as it is written to the results. Times are milliseconds. */
export interface HoldEndRun extends Settled, Judged {
  productId: string;
  orders: number;
  /** From each order's `payBy` to its buyer's frame that says EXPIRED. */
  toBuyer: Delays;
  /** From each order's `payBy` to a viewer's frame that shows its unit available again. */
  toViewer: Delays;
  /** What the viewer was shown in that time. */
  frames: number;
  cpuSeconds: Record<string, number | null>;
  books: Books;
  monotonicMicroseconds: [number, number];
}

export interface HoldEndParts extends Platform {
  seller: Buyer;
  buyers: Buyer[];
}

export interface HoldEndOptions {
  orders: number;
  progress: (step: string, done: number, of: number) => void;
}

const AT_ONCE = 16;
/** All have subscribed by then, or never will. */
const FOLLOW_WITHIN_MS = 60_000;
const END_WITHIN_MS = 30_000;
const LOOK_MS = 50;

export async function runHoldEnd(
  parts: HoldEndParts,
  { orders, progress }: HoldEndOptions,
): Promise<HoldEndRun> {
  const productId = await putOnSale(parts.seller, 'Held sneaker', orders);
  const held = await placeAll(parts, productId, orders, progress);
  const gateway = await withAddress(new URL('/graphql', parts.gatewayUrl));
  const watched = await watchEnd(gateway, productId, held);
  try {
    await until(FOLLOW_WITHIN_MS, () => {
      progress('following', watched.followed(), orders);
      return watched.followed() === orders && watched.shown.length > 0;
    });
    const framesBefore = watched.shown.length;
    const { result: ends, used } = await usedBy(parts.processes, async () => {
      const ending = await endHolds(parts.sql('order'), held);
      await until(END_WITHIN_MS, () => {
        progress('ending', watched.expiredAt.size, orders);
        return isOver(watched, orders);
      });
      return ending;
    });
    const toBuyer = delaysOfOrders(ends, watched.expiredAt);
    const toViewer = delaysOfUnits(ends, watched.shown, 0);
    const settled = await settle(
      parts,
      async () => ({ books: await readBooks(parts, productId) }),
      (found) => judge({ ...found, orders, toBuyer, toViewer }),
    );
    const { problems } = settled;
    return {
      productId,
      orders,
      toBuyer,
      toViewer,
      frames: watched.shown.length - framesBefore,
      cpuSeconds: used.cpuSeconds,
      ...settled,
      problems: [...problems, ...watched.problems],
      monotonicMicroseconds: used.monotonicMicroseconds,
    };
  } finally {
    watched.close();
  }
}

/** Every unit is held in the end. */
async function placeAll(
  { buyers }: HoldEndParts,
  productId: string,
  count: number,
  progress: HoldEndOptions['progress'],
): Promise<HeldOrder[]> {
  const held: HeldOrder[] = [];
  const numbers = Array.from({ length: count }, (_, number) => number).values();
  const lane = async () => {
    for (const number of numbers) {
      const buyer = buyers[number % buyers.length]!;
      const { id } = await buyer.places([{ productId, quantity: 1 }]);
      held.push({ id, buyer });
      progress('placing orders', held.length, count);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return held;
}

const isOver = ({ expiredAt, shown }: WatchedEnd, orders: number) =>
  expiredAt.size === orders && shown.at(-1)?.available === orders;

/** Looks again and again; what never comes true is found missing by who judges. */
async function until(withinMs: number, isTrue: () => boolean): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!isTrue() && performance.now() < deadline) await pause(LOOK_MS);
}
