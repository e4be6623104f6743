import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { expireDue } from '../src/expiry/expire-orders.js';
import type { OrderRow } from '../src/order-row.js';
import { newBuyer, openOrderParts, type TestOrder } from './order-parts.js';

const MINUTE_MS = 60_000;

let order: TestOrder;
beforeAll(async () => {
  order = await openOrderParts();
});
afterAll(() => order[Symbol.asyncDispose]());

type Replica = ReturnType<TestOrder['openReplica']>;

/** As Redis knows the hold of an order: from when it is, and until when, in milliseconds since 1970. */
async function holdOf(product: string, orderId: string) {
  const entry = (await order.redis.hget(order.keysOf(product)[1]!, orderId)) ?? '';
  const [payBy, heldAt] = entry.split('|').slice(-2).map(Number) as [number, number];
  return { payBy, heldAt };
}

async function places(replica: Replica, ...request: Parameters<Replica['buys']>): Promise<OrderRow> {
  const outcome = await replica.buys(...request);
  if (!('order' in outcome)) throw new Error(`no order: ${JSON.stringify(outcome)}`);
  return outcome.order;
}

test('a hold lasts as long as its product says, and an order until the first of its holds ends', async () => {
  const [long, short] = [order.catalog.sells({ holdMinutes: 30 }), order.catalog.sells({ holdMinutes: 5 })];
  const replica = order.openReplica();
  const { buyerId, key, orderId } = newBuyer();
  const placed = await places(replica, buyerId, key, [long, 1], [short, 1]);
  const holds = { long: await holdOf(long, orderId), short: await holdOf(short, orderId) };
  expect(holds.long.payBy - holds.long.heldAt).toBe(30 * MINUTE_MS);
  expect(holds.short.payBy - holds.short.heldAt).toBe(5 * MINUTE_MS);
  expect(placed.pay_by).toEqual(new Date(holds.short.payBy));
});

test('asking again lengthens nothing: not under the same key, not under another, not after a rebuild', async () => {
  const product = order.catalog.sells({ limitPerBuyer: 2 });
  const replica = order.openReplica();
  const { buyerId, key, orderId } = newBuyer();
  const first = await places(replica, buyerId, key, [product, 1]);
  const held = await holdOf(product, orderId);
  // As if it had been held a minute ago: an answer that is made anew would be later.
  const payBy = new Date(first.pay_by.getTime() - MINUTE_MS);
  await order.database.run('UPDATE orders SET pay_by = $2 WHERE id = $1', [orderId, payBy]);

  const again = await Promise.all(
    [replica, order.openReplica()].map((each) => places(each, buyerId, key, [product, 1])),
  );
  expect(again.map(({ id, pay_by }) => [id, pay_by])).toEqual(again.map(() => [orderId, payBy]));
  expect(await holdOf(product, orderId)).toEqual(held);

  const second = newBuyer();
  const other = await places(replica, buyerId, second.key, [product, 1]);
  expect(other.id).not.toBe(orderId);
  expect(other.pay_by.getTime()).toBeGreaterThan(payBy.getTime());
  expect((await places(replica, buyerId, key, [product, 1])).pay_by).toEqual(payBy);
  expect(await replica.buys(buyerId, newBuyer().key, [product, 1])).toMatchObject({
    rejection: { limit: 2, alreadyOrdered: 2 },
  });

  await order.forget(product);
  expect((await places(replica, buyerId, key, [product, 1])).pay_by).toEqual(payBy);
  expect((await holdOf(product, orderId)).payBy).toBe(payBy.getTime());
  expect(await order.counts(product)).toMatchObject({ total: 10, available: 8, held: 2, sold: 0 });
});

test('an order ends with the first of its holds, and gives all of them back, for good', async () => {
  const [long, short] = [
    order.catalog.sells({ holdMinutes: 30, total: 1 }),
    order.catalog.sells({ holdMinutes: 1, total: 1 }),
  ];
  const replica = order.openReplica();
  const { buyerId, key, orderId } = newBuyer();
  const placed = await places(replica, buyerId, key, [long, 1], [short, 1]);
  expect(await expireDue(order.database)).toBe(0);
  await order.database.run('UPDATE orders SET pay_by = pay_by - $2::interval WHERE id = $1', [
    orderId,
    '1 minute',
  ]);
  expect(await expireDue(order.database)).toBe(1);
  await order.appliesEffects();

  const next = newBuyer();
  await places(replica, next.buyerId, next.key, [long, 1], [short, 1]);
  for (const product of [long, short]) {
    expect(await order.counts(product)).toMatchObject({ total: 1, available: 0, held: 1, sold: 0 });
    expect(await order.stateOf(product, orderId)).toBe('ended');
  }
  for (const each of [replica, order.openReplica()]) {
    const again = await places(each, buyerId, key, [long, 1], [short, 1]);
    expect(again).toMatchObject({ id: orderId, status: 'EXPIRED', number: placed.number });
  }
  expect(await order.counts(long)).toMatchObject({ held: 1 });
});
