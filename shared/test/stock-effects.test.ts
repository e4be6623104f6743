import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import {
  appendStockEffect,
  openStockEffects,
  type Inventory,
  type StockEffect,
  type StockEffects,
} from '@stampede/shared/inventory';
import {
  eventually,
  openTcpProxy,
  openTestDatabase,
  through,
  type TestDatabase,
} from '@stampede/shared/testing';
import { openStock, redisUrl, type TestStock } from './inventory-fixture.js';

// The table as a service has it.
const MIGRATIONS = fileURLToPath(new URL('../../subgraphs/order/migrations', import.meta.url));

let house: TestDatabase;
let stock: TestStock;
beforeAll(async () => {
  house = await openTestDatabase('order', MIGRATIONS);
  stock = openStock();
});
afterAll(async () => {
  await stock[Symbol.asyncDispose]();
  await house[Symbol.asyncDispose]();
});

/** A relay that ends with the test, and what it asked to have rebuilt. */
function openRelay(inventory: Inventory = stock.inventory) {
  const asked: string[] = [];
  const relay: StockEffects = openStockEffects({
    database: house.database,
    inventory,
    log: stock.log,
    askForRebuild: (productId) => asked.push(productId),
  });
  return { ...relay, asked, [Symbol.asyncDispose]: () => relay.close() };
}

type Hold = Awaited<ReturnType<TestStock['hold']>>;
type Kind = Exclude<StockEffect['kind'], 'settings'>;

const effectOf = (kind: Kind, { productId, effectEpoch: epoch, orderId, hold }: Hold): StockEffect => ({
  kind,
  productId,
  epoch,
  orderId,
  hold,
});

const append = (...effects: StockEffect[]) =>
  house.database.transaction('test', async (tx) => {
    for (const effect of effects) await appendStockEffect(tx, effect);
  });

const becomesEmpty = (relay: StockEffects, withinMs?: number) =>
  eventually(async () => expect(await relay.pending()).toBe(0), withinMs);

test('an effect reaches Redis after its commit, and never before it or without it', async () => {
  await using relay = openRelay();
  const product = await stock.load();
  const [kept, undone] = [await stock.hold(product), await stock.hold(product)];
  const rolledBack = house.database.transaction('test', async (tx) => {
    await appendStockEffect(tx, effectOf('end', kept));
    throw new Error('rolled back');
  });
  await expect(rolledBack).rejects.toThrow('rolled back');
  await house.database.transaction('test', async (tx) => {
    await appendStockEffect(tx, effectOf('undo', undone));
    // The relay has looked meanwhile: another effect that committed is done.
    const other = await stock.hold(await stock.load());
    await append(effectOf('end', other));
    await eventually(async () =>
      expect((await stock.entries(other.productId)).get(other.orderId)?.state).toBe('ended'),
    );
    expect(await stock.counts(product)).toMatchObject({ available: 8, held: 2 });
  });
  await becomesEmpty(relay);
  expect(await stock.counts(product)).toMatchObject({ available: 9, held: 1 });
  expect([...(await stock.entries(product)).keys()]).toEqual([kept.orderId]);
});

test('every kind of effect does what its script does', async () => {
  await using relay = openRelay();
  const product = await stock.load();
  const [sold, undone, ended, returned] = [
    await stock.hold(product),
    await stock.hold(product),
    await stock.hold(product),
    await stock.hold(product),
  ] as const;
  const settings = {
    version: 2,
    opensAt: 7,
    closesAt: 8,
    limitPerBuyer: 9,
    holdMinutes: 10,
    paused: true,
    termsVersion: 1,
    total: 12,
  };
  await append(
    effectOf('commit', sold),
    effectOf('undo', undone),
    effectOf('end', ended),
    effectOf('return', returned),
    { kind: 'settings', productId: product, epoch: 1, settings },
  );
  await becomesEmpty(relay);
  const states = [...(await stock.entries(product))].map(([orderId, { state }]) => [orderId, state]);
  expect(Object.fromEntries(states)).toEqual({
    [sold.orderId]: 'sold',
    [ended.orderId]: 'ended',
    [returned.orderId]: 'ended',
  });
  expect(await stock.counts(product)).toEqual({ total: 12, available: 11, held: 0, sold: 1 });
  expect((await stock.inventory.read([product]))[0]?.settings).toEqual(settings);
  expect(relay.asked).toEqual([]);
});

test('an effect that meets a cold product asks for a rebuild, again and again but later each time', async () => {
  await using relay = openRelay();
  const product = await stock.load({ epoch: 1 });
  const hold = await stock.hold(product);
  const started = Date.now();
  await append({ ...effectOf('end', hold), epoch: 2 });
  await eventually(() => expect(relay.asked.length).toBeGreaterThanOrEqual(3));
  // The third question waits for 200 and 400 ms before it.
  expect(Date.now() - started).toBeGreaterThanOrEqual(600);
  expect(new Set(relay.asked)).toEqual(new Set([product]));
  expect(await relay.pending()).toBe(1);
  const [row] = await house.database.query<{ attempts: number; waits: boolean }>(
    'SELECT attempts, due_at > now() AS waits FROM stock_effect',
  );
  expect(row?.attempts).toBeLessThanOrEqual(4);

  const orders = [
    { ...hold.hold, orderId: hold.orderId, buyerId: hold.orderId, state: 'held' as const, quantity: 1 },
  ].map((order) => ({ ...order, digest: '', payBy: 1, heldAt: 1 }));
  await stock.load({ productId: product, epoch: 2, orders });
  await becomesEmpty(relay);
  expect(await stock.counts(product)).toEqual({ total: 10, available: 10, held: 0, sold: 0 });
});

test('a commit whose hold Redis has forgotten asks until a rebuild has loaded it', async () => {
  await using relay = openRelay();
  const product = await stock.load();
  const hold = await stock.hold(product);
  await stock.inventory.release('undo', hold);
  await append(effectOf('commit', hold));
  await eventually(() => expect(relay.asked.length).toBeGreaterThanOrEqual(2));
  expect(await relay.pending()).toBe(1);
  const orders = [
    { ...hold.hold, orderId: hold.orderId, buyerId: hold.orderId, state: 'sold' as const, quantity: 1 },
  ].map((order) => ({ ...order, digest: '', payBy: 1, heldAt: 1 }));
  await stock.load({ productId: product, epoch: 2, orders });
  await becomesEmpty(relay);
  expect(await stock.counts(product)).toEqual({ total: 10, available: 9, held: 0, sold: 1 });
});

test('an effect that fails keeps no other from being done, and waits', async () => {
  await using relay = openRelay();
  const [broken, sound] = [await stock.load(), await stock.load()];
  const holds = [await stock.hold(broken), await stock.hold(sound)] as const;
  await stock.redis.set(stock.keys(broken)[1], 'not a hash');
  await append(effectOf('end', holds[0]), effectOf('end', holds[1]));
  await eventually(async () => expect(await relay.pending()).toBe(1));
  expect(await stock.counts(sound)).toMatchObject({ available: 10, held: 0 });
  await stock.redis.del(stock.keys(broken)[1]);
  await stock.load({ productId: broken, epoch: 2 });
  await becomesEmpty(relay);
});

test('two relays side by side do all effects, each of them once', async () => {
  const EFFECTS = 900;
  const product = await stock.load({ total: EFFECTS });
  const holds = await Promise.all(Array.from({ length: EFFECTS }, () => stock.hold(product)));
  await append(...holds.map((hold) => effectOf('end', hold)));

  const calls = [0, 0];
  const counting = (index: 0 | 1): Inventory => ({
    ...stock.inventory,
    release: (kind, hold) => {
      calls[index]! += 1;
      return stock.inventory.release(kind, hold);
    },
  });
  await using first = openRelay(counting(0));
  await using second = openRelay(counting(1));
  await becomesEmpty(first);
  expect(calls[0]! + calls[1]!).toBe(EFFECTS);
  expect(Math.min(...calls)).toBeGreaterThan(0);
  expect(second.asked).toEqual([]);
  expect(await stock.counts(product)).toEqual({ total: EFFECTS, available: EFFECTS, held: 0, sold: 0 });
});

test.each(['cut', 'freeze'] as const)(
  'effects wait while Redis is away (%s), and are done when it is back',
  async (fault) => {
    await using proxy = await openTcpProxy(redisUrl());
    await using behind = openStock(through(proxy, redisUrl()));
    const product = await behind.load();
    const holds = [await behind.hold(product), await behind.hold(product)] as const;
    await using relay = openRelay(behind.inventory);
    await append(effectOf('end', holds[0]));
    await becomesEmpty(relay);
    proxy[fault]();
    await append(effectOf('end', holds[1]));
    await eventually(async () => {
      const [row] = await house.database.query<{ attempts: number }>('SELECT attempts FROM stock_effect');
      expect(row?.attempts).toBeGreaterThanOrEqual(1);
    });
    proxy.restore();
    await becomesEmpty(relay);
    expect(await behind.counts(product)).toMatchObject({ available: 10, held: 0 });
    expect(relay.asked).toEqual([]);
  },
);
