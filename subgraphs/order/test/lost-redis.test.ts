import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { serverOf } from '@stampede/shared/redis';
import { eventually, openOwnRedis, openTcpProxy, through, type OwnRedis } from '@stampede/shared/testing';
import { Redis } from 'ioredis';
import { once } from 'node:events';
import { compareStores } from '../src/audit/compare-stores.js';
import { basketOf } from '../src/checkout/basket.js';
import { checkout } from '../src/checkout/checkout.js';
import { openServerChanges } from '../src/rebuild/on-server-change.js';
import { newBuyer, openOrderParts, type TestOrder } from './order-parts.js';

let own: OwnRedis;
let order: TestOrder;
beforeAll(async () => {
  own = await openOwnRedis();
  order = await openOrderParts(own.url);
});
afterAll(async () => {
  await order[Symbol.asyncDispose]();
  await own[Symbol.asyncDispose]();
});

const buys = (replica: ReturnType<TestOrder['openReplica']>, product: string) => {
  const { buyerId, key } = newBuyer();
  return replica.buys(buyerId, key, [product, 1]);
};

const livingUnits = async (product: string): Promise<number> => {
  const [row] = await order.database.query<{ units: number }>(
    `SELECT coalesce(sum(quantity), 0) AS units FROM order_line JOIN orders ON orders.id = order_id
     WHERE product_id = $1 AND status NOT IN ('EXPIRED', 'CANCELLED', 'REFUNDED')`,
    [product],
  );
  return row?.units ?? 0;
};

/** The stores agree about every order, and `sold` units are held in both. */
async function expectExact(product: string, held: number): Promise<void> {
  await order.appliesEffects((productId) => order.openReplica().rebuilds.later(productId));
  expect(await livingUnits(product)).toBe(held);
  expect(await order.counts(product)).toMatchObject({ held, sold: 0 });
  const compared = await compareStores({ ...order, catalog: order.catalog.client }, product, 0);
  expect(compared).toMatchObject({ kind: 'compared', differences: [] });
}

test('FLUSHALL in the middle of a sale: exactly the units that exist are sold', async () => {
  const product = order.catalog.sells({ total: 30 });
  const replicas = [order.openReplica(), order.openReplica()] as const;
  let placed = 0;
  const outcomes = await Promise.all(
    Array.from({ length: 80 }, async (_, index) => {
      const outcome = await buys(replicas[index % 2]!, product);
      if (!('order' in outcome)) return outcome;
      placed += 1;
      // Twice: while units are left, and as the last ones go.
      if (placed === 10 || placed === 28) await order.redis.flushall();
      return outcome;
    }),
  );
  expect(outcomes.filter((outcome) => 'order' in outcome)).toHaveLength(30);
  for (const outcome of outcomes) {
    if ('rejection' in outcome) expect(outcome).toMatchObject({ rejection: { available: 0 } });
  }
  await replicas[0].rebuilds.rebuildIfCold(product);
  await expectExact(product, 30);
});

test('a rebuild waits for no connection to PostgreSQL that buyers have', async () => {
  const product = order.catalog.sells({ total: 5 });
  const { rebuilds } = order.openReplica();
  const gate = new AbortController();
  const taken = Array.from({ length: 20 }, () =>
    order.database.transaction('test', () => once(gate.signal, 'abort')),
  );
  try {
    expect(await rebuilds.rebuild(product)).toBe(true);
  } finally {
    gate.abort();
    await Promise.all(taken);
  }
  expect(await order.counts(product)).toMatchObject({ available: 5 });
});

test('a Redis that is put back to its state of a second ago sells no unit twice', async () => {
  const product = order.catalog.sells({ total: 12 });
  const replica = order.openReplica();
  for (let count = 0; count < 4; count += 1) await buys(replica, product);
  const keys = order.keysOf(product);
  const before = await Promise.all(keys.map((key) => order.redis.dumpBuffer(key)));
  for (let count = 0; count < 5; count += 1) await buys(replica, product);
  // The same server, with the same run id: only the holds' names can tell.
  await Promise.all(keys.map((key, index) => order.redis.restore(key, 0, before[index]!, 'REPLACE')));
  expect(await order.counts(product)).toMatchObject({ epoch: 1, held: 4, available: 8 });

  const outcomes = await Promise.all(Array.from({ length: 10 }, () => buys(replica, product)));
  expect(outcomes.filter((outcome) => 'order' in outcome)).toHaveLength(3);
  await expectExact(product, 12);
  expect(await order.counts(product)).toMatchObject({ available: 0 });
});

test('who hears that a hold was given twice when that is mended has nothing rebuilt again', async () => {
  const product = order.catalog.sells();
  const replica = order.openReplica();
  await buys(replica, product);
  await order.redis.hset(order.keysOf(product)[0]!, 'serial', 0);
  const { buyerId, key } = newBuyer();
  const basket = basketOf([{ productId: product, quantity: 1 }], { idempotencyKey: key, shipTo: null });
  const transaction: typeof order.database.transaction = async (step, work) => {
    try {
      return await order.database.transaction(step, work);
    } catch (error) {
      await replica.rebuilds.rebuildAnew(product);
      throw error;
    }
  };
  const parts = { ...replica, database: { ...order.database, transaction } };
  expect(await checkout(parts, buyerId, key, basket)).toHaveProperty('order');
  expect(await order.counts(product)).toMatchObject({ epoch: 2, held: 2 });
});

test('a Redis that restarts is another server: all sales that are not over are rebuilt before somebody asks', async () => {
  const replica = order.openReplica();
  const [first, second] = [order.catalog.sells(), order.catalog.sells()];
  const over = order.catalog.sells({ closesAt: 1 });
  await buys(replica, first);
  await replica.rebuilds.rebuild(second);
  await replica.rebuilds.rebuild(over);
  await order.redis.config('SET', 'appendfsync', 'always');
  await buys(replica, first);
  const changes = openServerChanges(serverOf(order.redis), { ...order, rebuilds: replica.rebuilds });
  await own.restart();

  await eventually(async () => {
    expect(await order.counts(first)).toMatchObject({ epoch: 2, held: 2 });
    expect(await order.counts(second)).toMatchObject({ epoch: 2, held: 0 });
  });
  await changes.close();
  // Not read from, and not rebuilt until somebody asks.
  expect(await order.counts(over)).toBeUndefined();
  expect(await order.inventory.standingEpoch(over)).toBe(1);
  await expectExact(first, 2);
});

/** An operator's own connections to two servers. */
function openControls(one: string, another: string) {
  const redis = [new Redis(one), new Redis(another)] as const;
  return { redis, [Symbol.asyncDispose]: async () => void (await Promise.all(redis.map((it) => it.quit()))) };
}

test('a failover and back, while nothing could be rebuilt, leaves no sale that is sold from', async () => {
  await using successor = await openOwnRedis();
  await using proxy = await openTcpProxy(own.url);
  await using house = await openOrderParts(through(proxy, own.url));
  await using controls = openControls(own.url, successor.url);
  const [old, young] = controls.redis;
  const isInStep = (replica: Redis) =>
    eventually(async () => expect(await replica.info('replication')).toContain('master_link_status:up'));
  const follows = async (replica: Redis, url: string) => {
    await replica.replicaof('127.0.0.1', new URL(url).port);
    await isInStep(replica);
  };
  const leadsTo = (url: string) => {
    proxy.pointTo(url);
    proxy.cut();
    proxy.restore();
  };
  const replica = house.openReplica();
  const product = house.catalog.sells({ total: 5 });
  const changes: string[] = [];
  const end = serverOf(house.redis).onChange((change) => changes.push(change));
  const rounds = openServerChanges(serverOf(house.redis), { ...house, rebuilds: replica.rebuilds });
  await replica.rebuilds.rebuild(product);
  await follows(young, own.url);
  await young.replicaof('NO', 'ONE');
  // The successor never hears of it.
  await buys(replica, product);
  house.catalog.onTruth(() => Promise.reject(new Error('away')));
  await old.replicaof('127.0.0.1', new URL(successor.url).port);
  leadsTo(successor.url);
  await eventually(() => expect(changes).toEqual(['other-server']));
  await isInStep(old);
  await old.replicaof('NO', 'ONE');
  leadsTo(own.url);
  await eventually(() => expect(changes).toEqual(['other-server', 'was-replica']));
  end();
  await rounds.close();
  // It looks as it did before the last second, on the server that it was loaded on.
  expect((await house.inventory.readStanding([product]))[0]).toMatchObject({ epoch: 1, held: 0 });
  expect(await house.counts(product)).toBeUndefined();

  house.catalog.onTruth(() => Promise.resolve());
  await buys(replica, product);
  expect(await house.counts(product)).toMatchObject({ held: 2, available: 3 });
});

test('readers see a product whole or not at all while sixteen writers buy and it is rebuilt', async () => {
  const product = order.catalog.sells({ total: 400, limitPerBuyer: 1 });
  const replicas = [order.openReplica(), order.openReplica()] as const;
  await replicas[0].rebuilds.rebuild(product);
  let writing = true;
  const reading = (async () => {
    while (writing) {
      const [stands] = await order.inventory.read([product]);
      if (!stands) throw new Error('a product that stood was not there');
      expect(stands.available + stands.held + stands.sold).toBe(stands.total);
      expect(stands.total).toBe(400);
    }
  })();
  const writers = Array.from({ length: 16 }, async (_, index) => {
    let bought = 0;
    for (let count = 0; count < 12; count += 1) {
      const outcome = await buys(replicas[index % 2]!, product);
      if ('order' in outcome) bought += 1;
    }
    return bought;
  });
  for (let count = 0; count < 4; count += 1) {
    await replicas[1].rebuilds.rebuildAnew(product);
  }
  const bought = await Promise.all(writers);
  writing = false;
  await reading;
  expect(bought).toEqual(Array.from({ length: 16 }, () => 12));
  expect((await order.counts(product))?.epoch).toBe(5);
  await expectExact(product, 192);
});
