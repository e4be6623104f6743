import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Database } from '@stampede/shared/database';
import { randomUUID } from 'node:crypto';
import { CheckoutResolver } from '../src/checkout/checkout.resolver.js';
import { openMetrics } from '@stampede/shared/telemetry';
import { openCheckoutMetrics } from '../src/sale-figures/checkout-metrics.js';
import { openCheckoutCounts } from '../src/sale-figures/checkout-counts.js';
import { newBuyer, openOrderParts, type TestOrder } from './order-parts.js';

let order: TestOrder;
beforeAll(async () => {
  order = await openOrderParts();
});
afterAll(() => order[Symbol.asyncDispose]());

/** The mutation, as the schema calls it, over a database whose calls are counted. */
function openCheckouts() {
  const asked = { postgres: 0 };
  const counted = <T extends (...args: never[]) => unknown>(call: T) =>
    ((...args: never[]) => {
      asked.postgres += 1;
      return call(...args);
    }) as T;
  const { database } = order;
  const counts = openCheckoutCounts();
  const { registry, ...metrics } = openMetrics('order');
  const resolver = new CheckoutResolver({
    ...order.openReplica(),
    counts,
    outcomes: openCheckoutMetrics({ registry, ...metrics }),
    database: {
      ...database,
      query: counted(database.query),
      run: counted(database.run),
      transaction: counted(database.transaction),
    } satisfies Database,
  });
  return {
    asked,
    counts,
    /** What `/metrics` says of checkouts, without what is 0. */
    outcomes: async () => {
      const lines = (await registry.metrics()).matchAll(
        /^stampede_checkout(?:s_total\{outcome="([\w-]+)".*|_(units)_total\S*) (\d+)$/gm,
      );
      const found = [...lines].map(([, outcome, units, count]) => [outcome ?? units, Number(count)] as const);
      return Object.fromEntries(found.filter(([, count]) => count > 0));
    },
    checkout: async (
      productIds: string[],
      idempotencyKey: string = randomUUID(),
      userId = newBuyer().buyerId,
    ) => {
      const identity = { kind: 'user', userId, role: 'BUYER', sessionId: randomUUID() } as const;
      const lines = productIds.map((productId) => ({ productId, quantity: 1 }));
      const answer = await resolver.checkout({ identity, requestId: 'test' }, { idempotencyKey, lines });
      return answer.constructor.name;
    },
  };
}

/** Of all seconds together, by product. */
function tallied(counts: ReturnType<typeof openCheckoutCounts>) {
  const sums: Record<string, Record<string, number>> = {};
  for (const { productId, second: _, ...figures } of counts.take()) {
    const sum = (sums[productId] ??= {});
    for (const [key, count] of Object.entries(figures)) if (count > 0) sum[key] = (sum[key] ?? 0) + count;
  }
  return sums;
}

test('counts every answer once, and a repeat not at all', async () => {
  const { counts, checkout, outcomes } = openCheckouts();
  const few = order.catalog.sells({ total: 2, limitPerBuyer: 1 });
  const { buyerId } = newBuyer();
  await checkout([few], 'the-same-key', buyerId);
  await Promise.all([checkout([few], 'the-same-key', buyerId), checkout([few], 'the-same-key', buyerId)]);
  expect(await checkout([few], randomUUID(), buyerId)).toBe('LimitExceeded');
  await checkout([few]);
  for (let times = 0; times < 3; times += 1) expect(await checkout([few])).toBe('SoldOut');
  expect(tallied(counts)).toEqual({ [few]: { decisions: 6, SoldOut: 3, LimitExceeded: 1 } });
  expect(await outcomes()).toEqual({ won: 2, units: 2, repeated: 2, limit: 1, 'sold-out': 3 });
});

test('of the same purchase sent twice at once, one is a decision', async () => {
  const { counts, checkout } = openCheckouts();
  const product = order.catalog.sells({ total: 9, limitPerBuyer: 9 });
  const { buyerId } = newBuyer();
  await Promise.all(Array.from({ length: 6 }, () => checkout([product], 'sent-at-once', buyerId)));
  expect(tallied(counts)).toEqual({ [product]: { decisions: 1 } });
});

test('a basket that wins is a decision of each product, one that is refused of the refused product alone', async () => {
  const { counts, checkout } = openCheckouts();
  const [plenty, scarce] = [order.catalog.sells({ total: 9 }), order.catalog.sells({ total: 1 })];
  expect(await checkout([plenty, scarce])).not.toBe('SoldOut');
  expect(await checkout([plenty, scarce])).toBe('SoldOut');
  expect(tallied(counts)).toEqual({
    [plenty]: { decisions: 1 },
    [scarce]: { decisions: 2, SoldOut: 1 },
  });
});

test('a refusal is counted without a word to PostgreSQL', async () => {
  const { counts, checkout, asked } = openCheckouts();
  const product = order.catalog.sells({ total: 1 });
  await checkout([product]);
  asked.postgres = 0;
  await Promise.all(Array.from({ length: 50 }, () => checkout([product])));
  expect(asked.postgres).toBe(0);
  expect(tallied(counts)).toEqual({ [product]: { decisions: 51, SoldOut: 50 } });
});

test('what is no product is a decision of nothing, and a mistake is counted as one', async () => {
  const { counts, checkout, outcomes } = openCheckouts();
  await expect(checkout([randomUUID()])).rejects.toThrow('There is no such product.');
  expect(counts.take()).toEqual([]);
  await expect(checkout([randomUUID()], 'short')).rejects.toThrow('input.idempotencyKey');
  expect(await checkout([])).toBe('CartEmpty');
  const [one, another] = [order.catalog.sells({ total: 9 }), order.catalog.sells({ total: 9 })];
  const { buyerId } = newBuyer();
  await checkout([one], 'one-key-for-two', buyerId);
  await expect(checkout([one, another], 'one-key-for-two', buyerId)).rejects.toThrow();
  expect(await outcomes()).toEqual({
    refused: 1,
    'bad-input': 1,
    'cart-empty': 1,
    won: 1,
    units: 1,
    conflict: 1,
  });
});
