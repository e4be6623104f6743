import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { eventually, openTcpProxy, through, type TcpProxy } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { openLog } from '@stampede/shared/telemetry';
import { changeSettings } from '../src/change-settings.js';
import { CloseSaleResolver } from '../src/close-sale/close-sale.resolver.js';
import { tellStockTruth } from '../src/rebuild/tell-stock-truth.js';
import { openCatalog, SELLER, type CatalogUnderTest } from './open-catalog.js';

let proxy: TcpProxy;
let catalog: CatalogUnderTest;
beforeAll(async () => {
  const redisUrl = process.env.REDIS_URL as string;
  proxy = await openTcpProxy(redisUrl);
  catalog = await openCatalog(through(proxy, redisUrl));
});
afterAll(async () => {
  proxy.restore();
  await catalog[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
});
afterEach(() => {
  catalog.order.rebuild = catalog.load;
});

const HOUR = 3_600_000;
const inHours = (hours: number) => new Date(Date.now() + hours * HOUR);
const change = (call: string, productId: string) =>
  catalog.ask(
    `mutation ($id: ID!) { product: ${call} { id sale { phase opensAt closesAt } stock { available held } } }`,
    { id: productId },
    SELLER,
  );
const close = (productId: string) => change('closeSale(productId: $id)', productId);
const reserve = (productId: string) =>
  catalog.inventory.reserve({
    productId,
    orderId: randomUUID(),
    buyerId: randomUUID(),
    quantity: 1,
    digest: 'd',
    minEpoch: 0,
  });
const settingsOf = async (id: string) => (await catalog.inventory.read([id]))[0]?.settings;
const toldTimes = async (id: string) =>
  (await catalog.database.query(`SELECT 1 FROM outbox WHERE body->>'productId' = $1`, [id])).length;
const closedAt = async (id: string) => {
  const [row] = await catalog.database.query<{ closes_at: Date | null }>(
    'SELECT closes_at FROM product WHERE id = $1',
    [id],
  );
  return row?.closes_at?.getTime();
};

test('nobody new gets a unit of a closed sale, and holds go on', async () => {
  const { id } = await catalog.create({ stock: 3 });
  await catalog.load(id);
  const held = await reserve(id);
  if (held.kind !== 'held') throw new Error(held.kind);

  const before = await catalog.inventory.now();
  const { data } = await close(id);
  const after = await catalog.inventory.now();
  expect(data.product).toMatchObject({ sale: { phase: 'CLOSED' }, stock: { available: 2, held: 1 } });
  // By Redis' clock; a millisecond for what it cuts off.
  expect(await closedAt(id)).toBeGreaterThanOrEqual(before - 1);
  expect(await closedAt(id)).toBeLessThanOrEqual(after);
  expect(await reserve(id)).toMatchObject({ kind: 'not-open', phase: 'CLOSED' });
  expect((await catalog.inventory.read([id]))[0]).toMatchObject({ available: 2, held: 1 });
});

test('a sale that is closed before it opens does not open', async () => {
  const opensAt = inHours(1);
  const { id } = await catalog.create({ opensAt, closesAt: inHours(2) });
  await catalog.load(id);
  expect((await close(id)).data.product.sale).toMatchObject({
    phase: 'CLOSED',
    opensAt: opensAt.toISOString(),
  });
  expect(await reserve(id)).toMatchObject({ kind: 'not-open', phase: 'CLOSED', opensAt });

  // It is renamed without further ado; to open after all it is told until when.
  const renamed = await change('updateProduct(id: $id, patch: { name: "New" })', id);
  expect(renamed).toMatchObject({ data: { product: { sale: { phase: 'CLOSED' } } } });
  const moved = await change(`updateProduct(id: $id, patch: { opensAt: "${inHours(3).toISOString()}" })`, id);
  expect(moved.errors?.[0]?.extensions).toMatchObject({ fields: [{ path: 'patch.closesAt' }] });
  const again = await change('updateProduct(id: $id, patch: { closesAt: null })', id);
  expect(again.data.product.sale).toMatchObject({ phase: 'SCHEDULED', closesAt: null });
});

test('closing a closed sale changes nothing, and is told nobody', async () => {
  const { id } = await catalog.create();
  await catalog.load(id);
  await Promise.all([close(id), close(id), close(id)]);
  const closed = await closedAt(id);
  await close(id);
  expect(await closedAt(id)).toBe(closed);
  expect(await settingsOf(id)).toMatchObject({ version: 2, closesAt: closed });
  expect(await toldTimes(id)).toBe(2);

  const over = await catalog.create({ closesAt: new Date('2026-01-02T00:00:00Z') });
  await close(over.id);
  expect(await toldTimes(over.id)).toBe(1);
});

test('a call that knows the time less well does not close a closed sale anew', async () => {
  const product = await catalog.create();
  const { id } = product;
  await catalog.load(id);
  let isClosed = (): void => undefined;
  const closing = new Promise<void>((resolve) => {
    isClosed = resolve;
  });
  let hasAsked = (): void => undefined;
  const asked = new Promise<void>((resolve) => {
    hasAsked = resolve;
  });
  // The answer is under way until the other call has closed the sale.
  const now = async () => {
    const told = await catalog.inventory.now();
    hasAsked();
    await closing;
    return told;
  };
  const resolver = new CloseSaleResolver(
    { one: () => Promise.resolve(product) },
    {
      database: catalog.database,
      inventory: { ...catalog.inventory, now },
      log: openLog('catalog', 'silent'),
    },
  );
  const slow = resolver.closeSale({ identity: SELLER, requestId: 'test' }, id);
  await asked;
  await close(id);
  const closed = await closedAt(id);
  isClosed();
  expect((await slow).settings).toMatchObject({ version: 2, closesAt: closed });
});

test('a closed sale opens again until its new closing, paused if it was paused meanwhile', async () => {
  const { id } = await catalog.create();
  await catalog.load(id);
  await close(id);
  expect((await change('pauseSale(productId: $id)', id)).data.product.sale.phase).toBe('CLOSED');
  const closesAt = inHours(1).toISOString();
  const reopened = await change(`updateProduct(id: $id, patch: { closesAt: "${closesAt}" })`, id);
  expect(reopened.data.product.sale).toMatchObject({ phase: 'PAUSED', closesAt });
  expect((await change('resumeSale(productId: $id)', id)).data.product.sale.phase).toBe('OPEN');
  expect(await reserve(id)).toMatchObject({ kind: 'held' });
});

/** Begins a rebuild: catalog has told its settings. @returns what ends it, with those */
async function beginRebuild(productId: string): Promise<() => Promise<unknown>> {
  const epoch = (await catalog.inventory.standingEpoch(productId)) + 1;
  const settings = await tellStockTruth(catalog.database, productId, epoch, []);
  if (!settings) throw new Error('a rebuild was overtaken');
  return () => catalog.inventory.load({ productId, epoch, settings, orders: [] });
}

test('a sale that is closed in the midst of a rebuild is closed in the answer, and from the first buyer on', async () => {
  const { id } = await catalog.create();
  await catalog.load(id);
  catalog.order.rebuild = () => Promise.resolve();
  const publish = await beginRebuild(id);
  expect((await close(id)).data.product.sale.phase).toBe('CLOSED');
  const restocked = await change('restock(productId: $id, quantity: 5, idempotencyKey: "restock-1")', id);
  expect(restocked.data.product).toMatchObject({ sale: { phase: 'CLOSED' }, stock: { available: 15 } });
  expect(await settingsOf(id)).toMatchObject({ version: 1, closesAt: null });
  expect(await publish()).toBe('PUBLISHED');
  expect(await reserve(id)).toMatchObject({ kind: 'not-open', phase: 'CLOSED' });
  expect((await catalog.inventory.read([id]))[0]).toMatchObject({ total: 15, available: 15 });
  await eventually(async () => expect(await catalog.effects.pending()).toBe(0));
});

test('what is created, and paused and restocked at once, is so from its first buyer on', async () => {
  const { id } = await catalog.create({ stock: 3 });
  let publish: (() => Promise<unknown>) | undefined = await beginRebuild(id);
  // Whoever asks for stock that is not there waits for the rebuild under way.
  let askedFor = 0;
  catalog.order.rebuild = () => {
    askedFor += 1;
    const ending = publish?.() ?? Promise.resolve();
    publish = undefined;
    return ending as Promise<void>;
  };
  await catalog.database.transaction('test', (tx) => changeSettings(tx, id, () => ({ total: 5 })));
  const { data } = await change('pauseSale(productId: $id)', id);
  expect(data.product).toMatchObject({ sale: { phase: 'PAUSED' }, stock: { available: 5, held: 0 } });
  expect(askedFor).toBeGreaterThan(0);
  expect(await reserve(id)).toMatchObject({ kind: 'not-open', phase: 'PAUSED' });
});

test('a sale that is closed while Redis is away is closed when it is back', async () => {
  const { id } = await catalog.create();
  await catalog.load(id);
  proxy.cut();
  const { errors } = await catalog.ask(
    'mutation ($id: ID!) { closeSale(productId: $id) { id } }',
    { id },
    SELLER,
  );
  expect(errors).toBeUndefined();
  proxy.restore();
  const closed = await closedAt(id);
  await eventually(async () => expect(await settingsOf(id)).toMatchObject({ version: 2, closesAt: closed }));
  await eventually(async () => expect(await reserve(id)).toMatchObject({ phase: 'CLOSED' }));
});

test('who looks at a sale that is yet to open is told that it is closed, and nothing when it would have opened', async () => {
  const opensAt = (await catalog.inventory.now()) + 4_000;
  const { id } = await catalog.create({ opensAt: new Date(opensAt) });
  await catalog.load(id);
  const stream = (await catalog.subscribe(
    'subscription ($ids: [ID!]!) { stockChanged(productIds: $ids) { name sale { phase } } }',
    { ids: [id] },
  )) as AsyncGenerator<{ data: { stockChanged: object } }>;
  const next = async () => (await stream.next()).value.data.stockChanged as object;
  expect(await next()).toMatchObject({ sale: { phase: 'SCHEDULED' } });
  await close(id);
  expect(await next()).toMatchObject({ sale: { phase: 'CLOSED' } });
  expect(await catalog.inventory.now()).toBeLessThan(opensAt);

  // A moment more than the watcher's own clock may need.
  await eventually(async () => expect(await catalog.inventory.now()).toBeGreaterThan(opensAt + 200));
  await change('updateProduct(id: $id, patch: { name: "Renamed" })', id);
  expect(await next()).toEqual({ name: 'Renamed', sale: { phase: 'CLOSED' } });
  await stream.return(undefined);
});
