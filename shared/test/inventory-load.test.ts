import { afterAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { LoadedOrder, LoadedProduct } from '@stampede/shared/inventory';
import { loadProduct } from '../src/inventory/load-product.js';
import { defineScript, type Script } from '../src/inventory/scripts.js';
import { openStock, requestOf } from './inventory-fixture.js';

const stock = openStock();
const { inventory, redis, namespace } = stock;
afterAll(() => stock[Symbol.asyncDispose]());

const SETTINGS = {
  version: 3,
  opensAt: 0,
  closesAt: null,
  limitPerBuyer: 3,
  holdMinutes: 5,
  paused: false,
  termsVersion: 1,
  total: 5_000,
};

const orderOf = (order: Partial<LoadedOrder> = {}): LoadedOrder => ({
  orderId: randomUUID(),
  buyerId: randomUUID(),
  state: 'held',
  quantity: 1,
  digest: 'basket',
  epoch: 1,
  serial: 1,
  payBy: 2_000,
  heldAt: 1_000,
  ...order,
});

const productOf = ({
  total = SETTINGS.total,
  ...product
}: Partial<LoadedProduct> & { total?: number } = {}): LoadedProduct => ({
  productId: randomUUID(),
  epoch: 2,
  settings: { ...SETTINGS, total },
  orders: [],
  ...product,
});

/** Loads a product and, once all is staged and nothing published, runs `between`. */
async function loadWith(product: LoadedProduct, between: (stagingKeys: string[]) => Promise<unknown>) {
  const publish = defineScript(redis, 'publish');
  const pausing: Script = async (keys, args) => {
    await between(keys.slice(3, 5));
    return publish(keys, args);
  };
  const stage = defineScript(redis, 'stage');
  return loadProduct({ stage, publish: pausing }, namespace, product);
}

test('what is loaded is what stands: orders, buyers’ sums, counters, settings', async () => {
  const buyerId = randomUUID();
  const orders = Array.from({ length: 2_500 }, (_, index) =>
    orderOf({ serial: index + 1, state: index % 5 === 0 ? 'sold' : 'held' }),
  );
  orders.push(
    orderOf({ buyerId, quantity: 2, serial: 9_001 }),
    orderOf({ buyerId, serial: 9_002, state: 'sold' }),
  );
  const product = productOf({ orders });
  expect(await inventory.load(product)).toBe('PUBLISHED');
  expect(await stock.counts(product.productId)).toEqual({
    total: 5_000,
    available: 2_497,
    held: 2_002,
    sold: 501,
  });
  const [reading] = await inventory.read([product.productId]);
  expect(reading).toMatchObject({ epoch: 2, settings: SETTINGS });
  expect((await stock.entries(product.productId)).size).toBe(2_502);
  expect((await stock.buyers(product.productId))[buyerId]).toBe(3);
  for (const key of stock.keys(product.productId)) expect(await redis.ttl(key)).toBe(-1);

  const { orderId, ...known } = orders[1]!;
  const request = requestOf(product.productId, { orderId, buyerId: known.buyerId });
  expect(await inventory.probe(request)).toEqual({
    kind: 'known',
    state: 'held',
    terms: SETTINGS.termsVersion,
    epoch: 1,
    serial: known.serial,
    payBy: new Date(2_000),
  });
  const over = requestOf(product.productId, { buyerId });
  expect(await inventory.probe(over)).toEqual({ kind: 'limit', limit: 3, alreadyOrdered: 3 });
});

test('a rebuild keeps what it was told and forgets the rest; serials begin anew under the new epoch', async () => {
  const productId = await stock.load({ total: 4 });
  const kept = await stock.hold(productId);
  const dropped = await stock.hold(productId);
  const orders = [orderOf({ orderId: kept.orderId, ...kept.hold })];
  expect(await inventory.load(productOf({ productId, total: 4, orders }))).toBe('PUBLISHED');
  expect([...(await stock.entries(productId)).keys()]).toEqual([kept.orderId]);
  expect(await inventory.release('end', { ...dropped, effectEpoch: 2 })).toBe('DONE');
  expect(await stock.counts(productId)).toEqual({ total: 4, available: 3, held: 1, sold: 0 });
  const answer = await inventory.reserve(requestOf(productId));
  expect(answer).toMatchObject({ kind: 'held', epoch: 2, serial: 1 });
});

test('when more is held than exists, nothing is available until it is less again', async () => {
  const orders = [orderOf({ quantity: 2 }), orderOf({ serial: 2 })];
  const product = productOf({ total: 2, orders });
  await inventory.load(product);
  const { productId } = product;
  expect(await stock.counts(productId)).toEqual({ total: 2, available: -1, held: 3, sold: 0 });
  expect(await inventory.reserve(requestOf(productId))).toEqual({ kind: 'sold-out', available: 0 });
  const { orderId, epoch, serial } = orders[0]!;
  await inventory.release('end', { productId, effectEpoch: 2, orderId, hold: { epoch, serial } });
  expect(await stock.counts(productId)).toEqual({ total: 2, available: 1, held: 1, sold: 0 });
});

test.each([2, 3])('a product of epoch 3 is not replaced by one of epoch %i', async (epoch) => {
  const productId = await stock.load({ epoch: 3 });
  expect(await inventory.load(productOf({ productId, epoch, total: 1 }))).toBe('STALE');
  expect(await stock.counts(productId)).toMatchObject({ total: 10 });
});

test.each([0, 1])('nothing is published when staging key %i was lost on the way', async (at) => {
  const productId = await stock.load();
  const product = productOf({ productId, orders: [orderOf()] });
  expect(await loadWith(product, (keys) => redis.del(keys[at]!))).toBe('INCOMPLETE');
  expect((await inventory.read([productId]))[0]).toMatchObject({ epoch: 1, total: 10 });
  expect(await inventory.load({ ...product, epoch: 3 })).toBe('PUBLISHED');
});

test('until the end, what stood before stands, or nothing', async () => {
  const stands = await stock.load();
  const orders = [orderOf(), orderOf({ serial: 2 })];
  await loadWith(productOf({ productId: stands, orders }), async () => {
    expect(await stock.counts(stands)).toEqual({ total: 10, available: 10, held: 0, sold: 0 });
    expect(await inventory.probe(requestOf(stands))).toEqual({ kind: 'free' });
  });
  expect(await stock.counts(stands)).toMatchObject({ total: 5_000, held: 2 });

  const cold = productOf({ orders });
  await loadWith(cold, async () => {
    expect(await inventory.read([cold.productId])).toEqual([undefined]);
    expect(await inventory.probe(requestOf(cold.productId))).toEqual({ kind: 'cold' });
  });
  expect(await stock.counts(cold.productId)).toMatchObject({ total: 5_000, held: 2 });
});

test('what a crashed rebuild left behind goes away by itself', async () => {
  const crashed = loadWith(productOf({ orders: [orderOf()] }), async (keys) => {
    for (const key of keys) {
      expect(await redis.exists(key)).toBe(1);
      expect(await redis.ttl(key)).toBeGreaterThan(0);
    }
    throw new Error('crashed');
  });
  await expect(crashed).rejects.toThrow('crashed');
});

const CHANGED = { ...SETTINGS, version: 4, closesAt: 1_000, total: 5_010, termsVersion: 4 };

test.each(['while an older product stands', 'while none does'])(
  'settings of a product that is still being loaded are in force from its first buyer on, %s',
  async (standing) => {
    const productId = standing === 'while none does' ? randomUUID() : await stock.load({ epoch: 1 });
    const product = productOf({ productId, orders: [orderOf({ quantity: 2 })] });
    await loadWith(product, async () => {
      // In whatever order they come.
      for (const settings of [{ ...CHANGED, version: 3, paused: true }, CHANGED, SETTINGS]) {
        expect(await inventory.changeSettings(productId, 2, settings)).toBe('COLD');
      }
      const before = (await inventory.read([productId]))[0]?.settings.version;
      expect(before).toBe(standing === 'while none does' ? undefined : 1);
    });
    expect((await inventory.read([productId]))[0]?.settings).toEqual(CHANGED);
    expect(await stock.counts(productId)).toEqual({ total: 5_010, available: 5_008, held: 2, sold: 0 });
    const answer = await inventory.reserve(requestOf(productId));
    expect(answer).toMatchObject({ kind: 'not-open', phase: 'CLOSED' });
    // The effect that comes again finds them there.
    expect(await inventory.changeSettings(productId, 2, CHANGED)).toBe('DONE');
    expect(await redis.keys(`${namespace}:{p:${productId}}:settings`)).toEqual([]);
  },
);

test('settings that wait are not for a product of an earlier epoch, nor instead of newer ones', async () => {
  const productId = await stock.load();
  expect(await inventory.changeSettings(productId, 3, CHANGED)).toBe('COLD');
  await inventory.load(productOf({ productId, epoch: 2 }));
  expect((await inventory.read([productId]))[0]?.settings).toEqual(SETTINGS);
  const newer = { ...SETTINGS, version: 5 };
  await inventory.load(productOf({ productId, epoch: 3, settings: newer }));
  expect((await inventory.read([productId]))[0]?.settings).toEqual(newer);
  expect(await stock.counts(productId)).toMatchObject({ total: 5_000, available: 5_000 });
});

test('settings that nothing is published for go away by themselves', async () => {
  const productId = randomUUID();
  await inventory.changeSettings(productId, 1, CHANGED);
  const key = `${namespace}:{p:${productId}}:settings`;
  expect(await redis.ttl(key)).toBeGreaterThan(60);
});
