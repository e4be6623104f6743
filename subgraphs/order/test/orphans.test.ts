import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Unavailable } from '@stampede/shared/errors';
import type { Inventory } from '@stampede/shared/inventory';
import { eventually } from '@stampede/shared/testing';
import { sweepOrphans } from '../src/orphans/sweep-orphans.js';
import { newBuyer, openOrderParts, type TestOrder } from './order-parts.js';

let order: TestOrder;
let replica: ReturnType<TestOrder['openReplica']>;
beforeAll(async () => {
  order = await openOrderParts();
  replica = order.openReplica();
});
afterAll(() => order[Symbol.asyncDispose]());

const sweeps = (graceMs = 0) => sweepOrphans({ ...replica, log: order.log }, graceMs);

/** Holds a unit in Redis, and crashes before the order is written down. */
async function crashes(product: string, buyer = newBuyer()) {
  const { buyerId, orderId } = buyer;
  const request = { productId: product, orderId, buyerId, quantity: 1, digest: 'basket', minEpoch: 0 };
  const held = await order.inventory.reserve(request);
  if (held.kind !== 'held') throw new Error(held.kind);
  return { ...buyer, serial: held.serial };
}

const sellsWarm = async (total = 10): Promise<string> => {
  const product = order.catalog.sells({ total });
  await replica.rebuilds.rebuild(product);
  return product;
};

test('what is held for no order comes back, and its id may be held anew', async () => {
  const product = await sellsWarm();
  const standing = newBuyer();
  await replica.buys(standing.buyerId, standing.key, [product, 1]);
  const crashed = await crashes(product);
  expect(await sweeps()).toBe(1);
  expect(await order.holdsOf(product)).toMatchObject([
    { order_id: standing.orderId, state: 'PLACED' },
    { order_id: crashed.orderId, state: 'ABANDONED' },
  ]);
  await order.appliesEffects();
  expect(await order.counts(product)).toMatchObject({ available: 9, held: 1 });
  expect(await sweeps()).toBe(0);

  await replica.buys(crashed.buyerId, crashed.key, [product, 1]);
  expect(await order.stateOf(product, crashed.orderId)).toBe('held');
  expect(await order.counts(product)).toMatchObject({ available: 8, held: 2 });
});

test('what is held for no order comes back though as much is sold already of orders that do not know it', async () => {
  const product = await sellsWarm();
  const paid = newBuyer();
  await replica.buys(paid.buyerId, paid.key, [product, 1]);
  await order.database.run(`UPDATE orders SET status = 'PAID' WHERE id = $1`, [paid.orderId]);
  await order.inventory.commit({
    productId: product,
    effectEpoch: 1,
    orderId: paid.orderId,
    hold: { epoch: 1, serial: 1 },
  });
  await crashes(product);
  expect(await sweeps()).toBe(1);
  await order.appliesEffects();
  expect(await order.counts(product)).toMatchObject({ available: 9, held: 0, sold: 1 });
});

test('what is held for no order comes back though orders are placed while it is looked for', async () => {
  const product = await sellsWarm();
  await crashes(product);
  const quick = newBuyer();
  let isPlaced = false;
  const inventory: Inventory = {
    ...order.inventory,
    read: async (ids) => {
      const readings = await order.inventory.read(ids);
      if (!isPlaced) await replica.buys(quick.buyerId, quick.key, [product, 1]);
      isPlaced = true;
      return readings;
    },
  };
  expect(await sweepOrphans({ ...replica, inventory, log: order.log }, 0)).toBe(1);
  await order.appliesEffects();
  expect(await order.stateOf(product, quick.orderId)).toBe('held');
});

test('a hold that is young is left alone, and so is all that stands', async () => {
  const product = await sellsWarm();
  const standing = newBuyer();
  await replica.buys(standing.buyerId, standing.key, [product, 1]);
  await crashes(product);
  expect(await sweeps(10_000)).toBe(0);
  expect(await order.counts(product)).toMatchObject({ held: 2 });
  expect(await order.holdsOf(product)).toHaveLength(1);
  await sweeps();
  await order.appliesEffects();
});

test('a checkout that was slower than the sweep takes its unit anew, or hears that it is sold', async () => {
  const product = await sellsWarm(1);
  const quick = newBuyer();
  let swept = false;
  const slow = order.openReplica({
    ...order.inventory,
    reserve: async (request) => {
      const answer = await order.inventory.reserve(request);
      if (!swept) {
        swept = true;
        expect(await sweeps()).toBe(1);
        await order.appliesEffects();
        await replica.buys(quick.buyerId, quick.key, [product, 1]);
      }
      return answer;
    },
  });
  const { buyerId, key } = newBuyer();
  const outcome = await slow.buys(buyerId, key, [product, 1]);
  expect(outcome).toMatchObject({ rejection: { available: 0 } });
  expect(await order.counts(product)).toMatchObject({ total: 1, available: 0, held: 1 });
  expect(await order.stateOf(product, quick.orderId)).toBe('held');
});

test('a basket that lost Redis in the middle comes back', async () => {
  const products = [await sellsWarm(), await sellsWarm()].toSorted() as [string, string];
  const failing: Inventory = {
    ...order.inventory,
    reserve: (request) =>
      request.productId === products[0]
        ? order.inventory.reserve(request)
        : Promise.reject(new Unavailable('Redis')),
  };
  const { buyerId, key } = newBuyer();
  const buying = order.openReplica(failing).buys(buyerId, key, [products[0], 1], [products[1], 1]);
  await expect(buying).rejects.toThrow('Redis is unavailable');
  expect(await order.counts(products[0])).toMatchObject({ held: 1 });
  expect(await sweeps()).toBe(1);
  await order.appliesEffects();
  expect(await order.counts(products[0])).toMatchObject({ available: 10, held: 0 });
});

test('a hold whose order has ended unpaid ends, once the end is no news any more', async () => {
  const product = await sellsWarm();
  const { buyerId, key, orderId } = newBuyer();
  await replica.buys(buyerId, key, [product, 1]);
  await order.database.run(
    `UPDATE orders SET status = 'EXPIRED', updated_at = now() - interval '5 seconds' WHERE id = $1`,
    [orderId],
  );
  // However young the hold: what counts here is how long ago its order ended.
  const inventory: Inventory = {
    ...order.inventory,
    heldBefore: (productId) => order.inventory.heldBefore(productId, Infinity),
  };
  const parts = { ...replica, inventory, log: order.log };
  expect(await sweepOrphans(parts, 60_000)).toBe(0);
  expect(await sweepOrphans(parts, 1_000)).toBe(1);
  await order.appliesEffects();
  expect(await order.stateOf(product, orderId)).toBe('ended');
  expect(await order.counts(product)).toMatchObject({ available: 10, held: 0 });
});

test('an effect on its way is not given twice', async () => {
  const product = await sellsWarm();
  await crashes(product);
  expect(await sweeps()).toBe(1);
  expect(await sweeps()).toBe(0);
  await order.appliesEffects();
});

test('an undo that Redis forgot is given again', async () => {
  const product = await sellsWarm();
  const [stockKey, ordersKey, buyersKey] = order.keysOf(product) as [string, string, string];
  const { buyerId } = await crashes(product);
  const before = [await order.redis.dumpBuffer(stockKey), await order.redis.dumpBuffer(ordersKey)] as const;
  await sweeps();
  await order.appliesEffects();
  await order.redis.restore(stockKey, 0, before[0], 'REPLACE');
  await order.redis.restore(ordersKey, 0, before[1], 'REPLACE');
  await order.redis.hset(buyersKey, buyerId, 1);
  expect(await order.counts(product)).toMatchObject({ held: 1 });
  expect(await sweeps()).toBe(1);
  await order.appliesEffects();
  expect(await order.counts(product)).toMatchObject({ available: 10, held: 0 });
});

test('a hold whose order ended after it was paid is left to a rebuild, which knows what catalog sold', async () => {
  const product = await sellsWarm();
  const { buyerId, key, orderId } = newBuyer();
  await replica.buys(buyerId, key, [product, 1]);
  await order.database.run(
    `UPDATE orders SET status = 'CANCELLED', paid_payment_id = id, updated_at = now() - interval '1 minute' WHERE id = $1`,
    [orderId],
  );
  expect(await sweeps()).toBe(0);
  await eventually(async () => expect((await order.counts(product))?.epoch).toBe(2));
  expect(await order.counts(product)).toMatchObject({ available: 10, held: 0 });
});

test('an order that Redis holds under another name than its own is put right by a rebuild', async () => {
  const product = await sellsWarm();
  const { buyerId, key, orderId } = newBuyer();
  await replica.buys(buyerId, key, [product, 1]);
  await order.inventory.release('undo', {
    productId: product,
    effectEpoch: 1,
    orderId,
    hold: { epoch: 1, serial: 1 },
  });
  await crashes(product, { buyerId, key, orderId });
  // One more, that the count of units alone shows something.
  await crashes(product);
  expect(await sweeps()).toBe(1);
  await eventually(async () => expect((await order.counts(product))?.epoch).toBe(2));
  await order.appliesEffects();
  expect(await order.counts(product)).toEqual({ epoch: 2, total: 10, available: 9, held: 1, sold: 0 });
  expect(await order.stateOf(product, orderId)).toBe('held');
});

test('replicas that sweep side by side, with buyers at work, lose nothing', async () => {
  const product = await sellsWarm(60);
  await Promise.all(Array.from({ length: 20 }, () => crashes(product)));
  const [outcomes] = await Promise.all([
    Promise.all(
      Array.from({ length: 30 }, () => {
        const { buyerId, key } = newBuyer();
        return replica.buys(buyerId, key, [product, 1]);
      }),
    ),
    sweeps(),
    sweeps(),
    sweeps(),
  ]);
  expect(outcomes.filter((outcome) => 'order' in outcome)).toHaveLength(30);
  await order.appliesEffects();
  expect(await order.counts(product)).toEqual({ epoch: 1, total: 60, available: 30, held: 30, sold: 0 });
});
