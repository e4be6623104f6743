import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Inventory } from '@stampede/shared/inventory';
import { abandonHolds } from '../src/checkout/abandon-holds.js';
import { basketOf } from '../src/checkout/basket.js';
import { checkout } from '../src/checkout/checkout.js';
import { raiseEpoch } from '../src/rebuild/steps.js';
import { newBuyer, openOrderParts, type TestOrder } from './order-parts.js';

let order: TestOrder;
beforeAll(async () => {
  order = await openOrderParts();
});
afterAll(() => order[Symbol.asyncDispose]());

type Reserve = Inventory['reserve'];
type Reserved = Extract<Awaited<ReturnType<Reserve>>, { kind: 'held' }>;

/** Runs `action` once, right after the first reservation of a product: between Redis and PostgreSQL. */
function afterReserving(
  product: string,
  action: (held: Reserved, request: Parameters<Reserve>[0]) => Promise<unknown>,
): Inventory {
  let done = false;
  return {
    ...order.inventory,
    reserve: async (request) => {
      const answer = await order.inventory.reserve(request);
      if (!done && answer.kind === 'held' && request.productId === product) {
        done = true;
        await action(answer, request);
      }
      return answer;
    },
  };
}

const sellsWarm = async (product: Parameters<TestOrder['catalog']['sells']>[0] = {}): Promise<string> => {
  const productId = order.catalog.sells(product);
  await order.openReplica().rebuilds.rebuild(productId);
  return productId;
};

/** Two products, in the order in which a basket is reserved. */
const sellsTwo = async (first: Parameters<typeof sellsWarm>[0] = {}, second: typeof first = {}) => {
  const [low, high] = [await sellsWarm(), await sellsWarm()].toSorted();
  order.catalog.sells({ ...first, epoch: 1 }, low);
  order.catalog.sells({ ...second, epoch: 1 }, high);
  const replica = order.openReplica();
  for (const product of [low!, high!]) await replica.rebuilds.rebuild(product);
  return [low!, high!] as const;
};

test('a hold of an epoch that has passed is taken anew, in the new one', async () => {
  const product = await sellsWarm();
  const replica = order.openReplica(afterReserving(product, () => raiseEpoch(order.database, product, 0)));
  const { buyerId, key, orderId } = newBuyer();
  expect(await replica.buys(buyerId, key, [product, 2])).toMatchObject({ order: { id: orderId } });
  expect(await order.holdsOf(product)).toEqual([{ epoch: 3, serial: 1, order_id: orderId, state: 'PLACED' }]);
  expect(await order.counts(product)).toEqual({ epoch: 3, total: 10, available: 8, held: 2, sold: 0 });
});

test('what is bought costs what it costs now, also while order has not heard of the new price', async () => {
  const product = await sellsWarm();
  // Catalog and Redis know the new terms; the message that tells order is still on its way.
  const known = order.catalog.of(product);
  Object.assign(known, { version: 2, termsVersion: 2, unitPrice: 2_500 });
  const {
    epoch,
    committed: _,
    returned: __,
    pending: ___,
    settingsPending: ____,
    unitPrice: _____,
    ...settings
  } = known;
  expect(await order.inventory.changeSettings(product, epoch, settings)).toBe('DONE');
  const before = order.catalog.asked.productListing;

  const replica = order.openReplica();
  const buyers = Array.from({ length: 3 }, () => newBuyer());
  const outcomes = await Promise.all(
    buyers.map(({ buyerId, key }) => replica.buys(buyerId, key, [product, 2])),
  );
  for (const outcome of outcomes) expect(outcome).toMatchObject({ order: { total: 5_000 } });
  // Nothing had to be rebuilt: each buyer has the hold that they were given first.
  expect(await order.counts(product)).toEqual({ epoch, total: 10, available: 4, held: 6, sold: 0 });
  expect(await order.holdsOf(product)).toHaveLength(3);
  const asked = order.catalog.asked.productListing - before;
  expect(asked).toBeGreaterThanOrEqual(1);

  // From then on the listing is new enough, and nobody asks.
  const later = newBuyer();
  expect(await replica.buys(later.buyerId, later.key, [product, 1])).toMatchObject({
    order: { total: 2_500 },
  });
  expect(order.catalog.asked.productListing).toBe(before + asked);
});

test('a basket of many products that cost something else by now is bought at once', async () => {
  const lines: [string, number][] = [];
  for (let count = 0; count < 12; count += 1) {
    const product = await sellsWarm();
    lines.push([product, 1]);
    const known = order.catalog.of(product);
    Object.assign(known, { version: 2, termsVersion: 2, unitPrice: 2_500 });
    const [reading] = await order.inventory.read([product]);
    const settings = { ...reading!.settings, version: 2, termsVersion: 2 };
    expect(await order.inventory.changeSettings(product, known.epoch, settings)).toBe('DONE');
  }
  const { buyerId, key } = newBuyer();
  expect(await order.openReplica().buys(buyerId, key, ...lines)).toMatchObject({ order: { total: 30_000 } });
});

test('a hold that this order has abandoned before is taken anew, under another name', async () => {
  const product = await sellsWarm();
  const replica = order.openReplica(
    afterReserving(product, ({ epoch, serial, payBy, terms }, { orderId, quantity }) =>
      abandonHolds(order.database, orderId, [{ productId: product, quantity, epoch, serial, payBy, terms }]),
    ),
  );
  const { buyerId, key, orderId } = newBuyer();
  expect(await replica.buys(buyerId, key, [product, 1])).toMatchObject({ order: { id: orderId } });
  expect(await order.holdsOf(product)).toEqual([
    { epoch: 1, serial: 1, order_id: orderId, state: 'ABANDONED' },
    { epoch: 1, serial: 2, order_id: orderId, state: 'PLACED' },
  ]);
  // The undo that still waits means the first name, and leaves the second alone.
  await order.appliesEffects();
  expect(await order.counts(product)).toMatchObject({ available: 9, held: 1 });
});

test('a hold that another order has shows that Redis forgot: the unit is not sold twice', async () => {
  const product = await sellsWarm({ total: 1 });
  const [stockKey, ordersKey, buyersKey] = order.keysOf(product) as [string, string, string];
  const before = [await order.redis.dumpBuffer(stockKey), await order.redis.dumpBuffer(ordersKey)] as const;
  const replica = order.openReplica();
  const first = newBuyer();
  await replica.buys(first.buyerId, first.key, [product, 1]);
  // A failover loses the last second: the hashes are as they were before the first purchase.
  await order.redis.restore(stockKey, 0, before[0], 'REPLACE');
  await order.redis.restore(ordersKey, 0, before[1], 'REPLACE');
  await order.redis.hdel(buyersKey, first.buyerId);

  const second = newBuyer();
  const outcome = await replica.buys(second.buyerId, second.key, [product, 1]);
  expect(outcome).toMatchObject({ rejection: { available: 0, productId: product } });
  expect(await order.stateOf(product, first.orderId)).toBe('held');
  expect(await order.counts(product)).toEqual({ epoch: 2, total: 1, available: 0, held: 1, sold: 0 });
  expect(await order.database.query('SELECT 1 FROM orders WHERE id = $1', [second.orderId])).toEqual([]);
});

test('a new hold of an order that has ended ends again, and the order is the answer', async () => {
  const product = await sellsWarm();
  const replica = order.openReplica();
  const { buyerId, key, orderId } = newBuyer();
  await replica.buys(buyerId, key, [product, 1]);
  await order.database.run(`UPDATE orders SET status = 'EXPIRED' WHERE id = $1`, [orderId]);
  await order.forget(product);
  await replica.rebuilds.rebuild(product);
  // What a Redis that was put back knows of it: nothing.
  await order.redis.hdel(order.keysOf(product)[1]!, orderId);
  const again = await replica.buys(buyerId, key, [product, 1]);
  expect(again).toMatchObject({ order: { id: orderId, status: 'EXPIRED' } });
  expect(await order.counts(product)).toMatchObject({ held: 1 });
  await order.appliesEffects();
  expect(await order.stateOf(product, orderId)).toBe('ended');
  expect(await order.counts(product)).toMatchObject({ available: 10, held: 0 });
});

test('a crash between reserving and writing down heals on the retry, on the very same hold', async () => {
  const product = await sellsWarm({ total: 1 });
  const { buyerId, key, orderId } = newBuyer();
  const { digest } = basketOf([{ productId: product, quantity: 1 }], { idempotencyKey: key, shipTo: null });
  const held = await order.inventory.reserve({
    productId: product,
    orderId,
    buyerId,
    quantity: 1,
    digest,
    minEpoch: 0,
  });
  if (held.kind !== 'held') throw new Error(held.kind);
  const { order: placed } = (await order.openReplica().buys(buyerId, key, [product, 1])) as {
    order: { id: string; pay_by: Date };
  };
  expect(placed).toMatchObject({ id: orderId, pay_by: held.payBy });
  expect(await order.holdsOf(product)).toEqual([
    { epoch: 1, serial: held.serial, order_id: orderId, state: 'PLACED' },
  ]);
  expect(await order.counts(product)).toMatchObject({ available: 0, held: 1 });
});

test('a refused basket gives every hold back, those of an earlier try too', async () => {
  const [low, high] = await sellsTwo();
  const replica = order.openReplica(
    afterReserving(high, async () => {
      // Both are held; then the second is rebuilt, and has nothing left.
      order.catalog.of(low).closesAt = 1;
      await raiseEpoch(order.database, low, 0);
    }),
  );
  const { buyerId, key } = newBuyer();
  const outcome = await replica.buys(buyerId, key, [low, 1], [high, 1]);
  expect(outcome).toMatchObject({ rejection: { productId: low, phase: 'CLOSED' } });
  expect(await order.holdsOf(high)).toMatchObject([{ state: 'ABANDONED' }]);
  await order.appliesEffects();
  for (const product of [low, high]) {
    expect(await order.counts(product)).toMatchObject({ available: 10, held: 0, sold: 0 });
  }
});

test('two requests of one basket, without their lock, end as one order on one hold of each product', async () => {
  const [low, high] = await sellsTwo();
  const twins = Array.from({ length: 6 }, () => order.openReplica());
  const unguarded = { inTurn: <T>(_: string, __: object, work: () => Promise<T>) => work() };
  const { buyerId, key, orderId } = newBuyer();
  const basket = basketOf(
    [low, high].map((productId) => ({ productId, quantity: 1 })),
    { idempotencyKey: key, shipTo: null },
  );
  const outcomes = await Promise.all(
    twins.map((twin) => checkout({ ...twin, guard: unguarded }, buyerId, key, basket)),
  );
  for (const outcome of outcomes) expect(outcome).toMatchObject({ order: { id: orderId } });
  await order.appliesEffects();
  for (const product of [low, high]) {
    expect(await order.counts(product)).toMatchObject({ available: 9, held: 1 });
    expect(await order.holdsOf(product)).toMatchObject([{ state: 'PLACED' }]);
  }
});

test('rebuilds all along a race lose no unit and sell none twice', async () => {
  // Enough of the first for everybody: nobody gives the second back, and all of it is sold.
  const [low, high] = await sellsTwo({ total: 40 }, { total: 10 });
  const replicas = [order.openReplica(), order.openReplica()] as const;
  const rebuilding = (async () => {
    // Fewer than the tries that a checkout has.
    for (const [index, product] of [low, high, high, low, high].entries()) {
      await replicas[index % 2]!.rebuilds.rebuild(product);
    }
  })();
  const outcomes = await Promise.all(
    Array.from({ length: 40 }, (_, index) => {
      const { buyerId, key } = newBuyer();
      return replicas[index % 2]!.buys(buyerId, key, [low, 1], [high, 1]);
    }),
  );
  await rebuilding;
  await order.appliesEffects((productId) => replicas[0].rebuilds.later(productId));
  expect(outcomes.filter((outcome) => 'order' in outcome)).toHaveLength(10);
  expect(await order.counts(low)).toMatchObject({ total: 40, available: 30, held: 10, sold: 0 });
  expect(await order.counts(high)).toMatchObject({ total: 10, available: 0, held: 10, sold: 0 });
});
