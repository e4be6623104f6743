import { productKeys, readBooks, type Books } from '@stampede/shared/testing';
import { setTimeout as pause } from 'node:timers/promises';
import { checkoutRequest } from '../checkouts/checkout-request.js';
import { readDecision } from '../checkouts/decision.js';
import { putOnSale } from '../checkouts/put-on-sale.js';
import type { Judged } from '../judging/check.js';
import { settle, type Settled } from '../judging/settle.js';
import { usedBy } from '../measure/cost.js';
import { monotonicMs } from '../measure/monotonic.js';
import { REFUSED } from '../overload/presses/told.js';
import { DECISIONS, readAftermath, type Aftermath } from './aftermath.js';
import type { LossKind } from './arguments.js';
import { compareOrders, type OrdersCompared } from './compare-orders.js';
import { judge } from './judge.js';
import { losses } from './losses.js';
import type { RedisLossOptions, RedisLossParts } from './parts.js';

/** One loss, as it is written to the results. Times are milliseconds since it happened. */
export interface RedisLossRun extends Settled, Judged {
  loss: LossKind;
  productId: string;
  stock: number;
  holds: number;
  aftermath: Aftermath;
  /** Until the product stood again, whole, with the epoch of a rebuild; null when it never did. */
  rebuiltMs: number | null;
  stray: Record<string, number>;
  told: number;
  orders: OrdersCompared;
  cpuSeconds: Record<string, number | null>;
  books: Books;
  monotonicMicroseconds: [number, number];
}

const BEFORE_SECONDS = 3;
const AFTER_SECONDS = 7;
const REBUILT_WITHIN_MS = 30_000;
const LOOK_MS = 5;

export async function runRedisLoss(
  parts: RedisLossParts,
  { loss, holds, pace, progress }: RedisLossOptions,
): Promise<RedisLossRun> {
  const { buyers } = parts;
  const seconds = BEFORE_SECONDS + AFTER_SECONDS;
  // Sold out after two thirds of the pressing: somebody is told so by a Redis that has been rebuilt.
  const presses = pace * seconds;
  const stock = holds + Math.ceil((presses * 2) / 3);
  // Some get to it in the end, where they are few.
  const limit = Math.ceil(holds / buyers.length) + Math.max(1, Math.floor((presses * 0.9) / buyers.length));
  const productId = await putOnSale(parts.seller, 'Lost sneaker', stock, limit);
  const told = new Set(await holdAll(parts, productId, holds, progress));

  progress(loss, 0, 1);
  const pressers = await parts.openPresses(productId);
  try {
    const processes = { ...parts.processes, 'those who press': pressers.pid };
    const { result, used } = await usedBy(processes, () =>
      Promise.all([
        pressers.run({ checkouts: { perSecond: pace } }, seconds),
        pause(BEFORE_SECONDS * 1_000).then(() => lose(parts, productId, loss)),
      ]),
    );
    const [{ checkouts }, { at, rebuiltMs }] = result;
    for (const id of checkouts.orders) told.add(id);
    const aftermath = readAftermath(checkouts, at);
    const known = [...DECISIONS, REFUSED];
    const stray: Record<string, number> = {};
    for (const number of checkouts.told) {
      const outcome = checkouts.outcomes[number]!;
      if (!known.includes(outcome)) stray[outcome] = (stray[outcome] ?? 0) + 1;
    }
    const found = { loss, stock, aftermath, rebuiltMs, told: told.size };
    progress('checking', 0, 1);
    const settled = await settle(
      parts,
      async () => ({
        books: await readBooks(parts, productId),
        orders: await compareOrders(parts, productId, told),
      }),
      (state) =>
        judge({ ...state, ...found, stray: Object.values(stray).reduce((sum, count) => sum + count, 0) }),
    );
    return {
      ...found,
      productId,
      holds,
      stray,
      cpuSeconds: used.cpuSeconds,
      ...settled,
      monotonicMicroseconds: used.monotonicMicroseconds,
    };
  } finally {
    await pressers.close();
  }
}

/** Takes so many units, in turn by all buyers. @returns the orders' ids @throws Error when somebody gets none */
async function holdAll(
  { buyers, gateway, generator }: RedisLossParts,
  productId: string,
  holds: number,
  progress: RedisLossOptions['progress'],
): Promise<string[]> {
  const requests = Array.from({ length: holds }, (_, number) =>
    checkoutRequest(gateway, buyers[number % buyers.length]!, productId),
  );
  const { answers } = await generator.run({
    requests,
    repeatUnavailable: true,
    onProgress: (settled) => progress('taking holds', settled, holds),
  });
  return answers.map((answer) => {
    const { outcome, orderId } = readDecision(answer);
    if (orderId === undefined)
      throw new Error(`a hold was answered ${outcome}: ${answer.body.slice(0, 200)}`);
    return orderId;
  });
}

/** Has it happen, and watches until the product is there with the epoch of a later rebuild. */
async function lose(
  parts: RedisLossParts,
  productId: string,
  loss: LossKind,
): Promise<{ at: number; rebuiltMs: number | null }> {
  const { redis, namespace } = parts;
  const [stock] = productKeys(namespace, productId);
  const epochOf = async () => Number(await redis.hget(stock, 'epoch'));
  const before = await epochOf();
  const at = await losses[loss](parts, productId);
  while (monotonicMs() - at < REBUILT_WITHIN_MS) {
    if ((await epochOf()) > before) return { at, rebuiltMs: monotonicMs() - at };
    await pause(LOOK_MS);
  }
  return { at, rebuiltMs: null };
}
