import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { Unavailable } from '@stampede/shared/errors';
import { openInventory } from '@stampede/shared/inventory';
import { openRedis } from '@stampede/shared/redis';
import { openLog } from '@stampede/shared/telemetry';
import { eventually, openTcpProxy, through, type TcpProxy } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { noteStock } from '../src/stock-mirror/note-stock.js';
import { tellChanges, type TellChangesParts } from '../src/watch-stock/tell-changes.js';
import type { WatchedProduct } from '../src/watch-stock/watched-product.js';
import { openCatalog, SELLER, type CatalogUnderTest } from './open-catalog.js';

const REDIS_URL = process.env.REDIS_URL as string;
let proxy: TcpProxy;
let catalog: CatalogUnderTest;
beforeAll(async () => {
  proxy = await openTcpProxy(REDIS_URL);
  catalog = await openCatalog(through(proxy, REDIS_URL));
});
afterAll(async () => {
  proxy.restore();
  await catalog[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
});

const WATCH = `subscription ($ids: [ID!]!) { stockChanged(productIds: $ids) {
  id name sale { phase } stock { total available held sold asOf } } }`;
interface Shown {
  id: string;
  name: string;
  sale: { phase: string };
  stock: { total: number; available: number; held: number; sold: number; asOf: Date };
}

type Stream = AsyncGenerator<{ data?: { stockChanged: Shown } | null; errors?: unknown }>;
let open: Stream[] = [];
afterEach(async () => {
  for (const stream of open) await stream.return(undefined);
  open = [];
  // Whoever leaves takes everything along.
  expect(catalog.watcher.watched()).toBe(0);
});

/** A viewer of products; `next` is what they are shown next. */
async function look(...ids: string[]) {
  const answer = await catalog.subscribe(WATCH, { ids });
  if (!(Symbol.asyncIterator in answer)) throw new Error(`no stream: ${JSON.stringify(answer)}`);
  const stream = answer as Stream;
  open.push(stream);
  const next = async (): Promise<Shown> => {
    const { value } = await stream.next();
    if (!value?.data) throw new Error(`no value: ${JSON.stringify(value)}`);
    return value.data.stockChanged;
  };
  const until = async (wanted: (shown: Shown) => boolean): Promise<Shown[]> => {
    const seen = [await next()];
    while (!wanted(seen.at(-1)!)) seen.push(await next());
    return seen;
  };
  return { stream, next, until };
}

const onSale = async (stock = 10, change: Parameters<CatalogUnderTest['create']>[0] = {}) => {
  const { id } = await catalog.create({ stock, ...change });
  await catalog.load(id);
  return id;
};
const reserve = (productId: string, inventory = catalog.inventory) =>
  inventory.reserve({
    productId,
    orderId: randomUUID(),
    buyerId: randomUUID(),
    quantity: 1,
    digest: 'd',
    minEpoch: 0,
  });
const SEEN_AT = Date.parse('2026-03-01T12:00:00Z');
/** What a mirror has seen of a product of ten units. */
const note = (productId: string, available: number) =>
  noteStock(catalog.database, [
    { productId, total: 10, available, held: 10 - available, sold: 0, soldOutAt: null, asOf: SEEN_AT },
  ]);
const pauseSale = (id: string) =>
  catalog.ask('mutation ($id: ID!) { pauseSale(productId: $id) { id } }', { id }, SELLER);

test('every product is shown at once, however often it is named, and then what changes', async () => {
  const ids = [await onSale(), await onSale(), await onSale()];
  const viewer = await look(...ids, ids[0]!, ids[1]!.toUpperCase());
  const first = [await viewer.next(), await viewer.next(), await viewer.next()];
  expect(first.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
  expect(first[0]).toMatchObject({
    name: 'Test sneaker',
    sale: { phase: 'OPEN' },
    stock: { total: 10, available: 10, held: 0, sold: 0 },
  });
  await reserve(ids[1]!);
  expect(await viewer.next()).toMatchObject({ id: ids[1], stock: { available: 9, held: 1 } });
  // Whoever comes later sees the same, without waiting.
  expect(await (await look(ids[1]!)).next()).toMatchObject({ id: ids[1], stock: { available: 9, held: 1 } });
});

test('products and their changes are shown as they come, not when the next sweep does', async () => {
  const ids = await Promise.all(Array.from({ length: 6 }, () => onSale()));
  const start = performance.now();
  for (const id of ids) {
    const viewer = await look(id);
    await viewer.next();
    await reserve(id);
    expect((await viewer.next()).stock.available).toBe(9);
  }
  // By sweeps alone it would take six seconds.
  expect(performance.now() - start).toBeLessThan(3_000);
});

test('a burst is shown at most every 100 ms, and its last value always', async () => {
  const id = await onSale(400);
  const viewer = await look(id);
  await viewer.next();
  const shown: { at: number; available: number }[] = [];
  const seen = (async () => {
    while (shown.at(-1)?.available !== 0) {
      const { stock } = await viewer.next();
      shown.push({ at: performance.now(), available: stock.available });
    }
  })();
  for (let unit = 0; unit < 400; unit += 1) await reserve(id);
  await seen;
  expect(shown.map(({ available }) => available)).toEqual(
    shown.map(({ available }) => available).toSorted((a, b) => b - a),
  );
  const took = shown.at(-1)!.at - shown[0]!.at;
  expect(shown.length).toBeLessThanOrEqual(2 + took / 100);
});

test('a sale opens, and closes, for its viewers when it does for its buyers', async () => {
  const now = await catalog.inventory.now();
  const [opensAt, closesAt] = [now + 400, now + 1_400];
  const id = await onSale(10, { opensAt: new Date(opensAt), closesAt: new Date(closesAt) });
  const viewer = await look(id);
  const shown = [await viewer.next(), await viewer.next(), await viewer.next()];
  expect(shown.map(({ sale }) => sale.phase)).toEqual(['SCHEDULED', 'OPEN', 'CLOSED']);
  // The sweep of every second would be half a second late.
  for (const [index, at] of [opensAt, closesAt].entries()) {
    const late = shown[index + 1]!.stock.asOf.getTime() - at;
    expect(late).toBeGreaterThanOrEqual(0);
    expect(late).toBeLessThan(300);
  }
});

test('a pause is shown, with the product as it is since', async () => {
  const id = await onSale();
  const viewer = await look(id);
  await viewer.next();
  await catalog.database.run(`UPDATE product SET name = 'New name' WHERE id = $1`, [id]);
  await pauseSale(id);
  expect(await viewer.next()).toMatchObject({ name: 'New name', sale: { phase: 'PAUSED' } });
});

test('a product that PostgreSQL is slow to tell holds up the viewers of no other', async () => {
  const [paused, other] = [await onSale(), await onSale()];
  const [viewer, viewerOfOther] = [await look(paused), await look(other)];
  await viewer.next();
  await viewerOfOther.next();
  await catalog.database.transaction('test', async (tx) => {
    await tx.run('LOCK TABLE product');
    const settings = { ...(await catalog.inventory.read([paused]))[0]!.settings, version: 9, paused: true };
    await catalog.inventory.changeSettings(paused, 1, settings);
    await reserve(other);
    expect((await viewerOfOther.next()).stock.available).toBe(9);
    await reserve(other);
    expect((await viewerOfOther.next()).stock.available).toBe(8);
  });
  expect((await viewer.next()).sale.phase).toBe('PAUSED');
});

test('a change that nobody heard of is shown all the same', async () => {
  const id = await onSale();
  const viewer = await look(id);
  await viewer.next();
  await catalog.redis.hincrby(`${catalog.namespace}:{p:${id}}:stock`, 'available', -3);
  expect((await viewer.next()).stock.available).toBe(7);
});

test('a product of which Redis knows nothing is rebuilt for its viewers, also in the midst', async () => {
  const { id } = await catalog.create({ stock: 5 });
  const viewer = await look(id);
  expect((await viewer.next()).stock).toMatchObject({ total: 5, available: 5 });
  await catalog.redis.unlink(`${catalog.namespace}:{p:${id}}:stock`);
  await catalog.database.run('UPDATE product SET total = 6 WHERE id = $1', [id]);
  await catalog.database.run('UPDATE product SET epoch = 0 WHERE id = $1', [id]);
  expect((await viewer.next()).stock).toMatchObject({ total: 6, available: 6 });
});

test.each(['cut', 'freeze'] as const)(
  'while Redis is away (%s) viewers stay, who come are shown what PostgreSQL knows, and all see what is when it is back',
  async (fails) => {
    const [id, other] = [await onSale(), await onSale()];
    await note(other, 4);
    const viewer = await look(id);
    await viewer.next();
    proxy[fails]();
    const late = await look(other);
    expect((await late.next()).stock).toMatchObject({ available: 4, held: 6, asOf: new Date(SEEN_AT) });
    const redis = openRedis(REDIS_URL, openLog('test', 'silent'));
    await reserve(id, openInventory(redis, catalog.namespace));
    await redis.quit();
    const [shown, shownLate] = [viewer.next(), late.next()];
    proxy.restore();
    expect((await shown).stock).toMatchObject({ available: 9, held: 1 });
    expect((await shownLate).stock.available).toBe(10);
  },
);

test('while Redis is away a sale opens for its viewers by the clock that Redis had', async () => {
  const opensAt = new Date((await catalog.inventory.now()) + 1_500);
  const viewer = await look(await onSale(10, { opensAt }));
  expect((await viewer.next()).sale.phase).toBe('SCHEDULED');
  proxy.cut();
  expect((await viewer.next()).sale.phase).toBe('OPEN');
  proxy.restore();
});

test('a product that order cannot rebuild is shown as PostgreSQL knows it, until it can', async () => {
  const id = await onSale();
  await note(id, 4);
  await catalog.inventory.distrust([id]);
  catalog.order.rebuild = () => Promise.reject(new Unavailable('order'));
  const viewer = await look(id);
  expect((await viewer.next()).stock).toMatchObject({ available: 4, held: 6 });
  catalog.order.rebuild = catalog.load;
  expect((await viewer.next()).stock).toMatchObject({ available: 10, held: 0 });
});

test('who is slow gets the newest, once', async () => {
  const id = await onSale(30);
  const [slow, quick] = [await look(id), await look(id)];
  await slow.next();
  for (let left = 29; left >= 20; left -= 1) {
    await reserve(id);
    await quick.until(({ stock }) => stock.available === left);
  }
  expect((await slow.next()).stock.available).toBe(20);
  await reserve(id);
  expect((await slow.next()).stock.available).toBe(19);
});

test('fifty viewers cost Redis what one costs, and PostgreSQL nothing', async () => {
  const id = await onSale();
  const viewers = await Promise.all(Array.from({ length: 50 }, () => look(id)));
  await Promise.all(viewers.map(({ next }) => next()));
  expect(catalog.watcher.watched()).toBe(1);
  const before = { ...catalog.asked };
  const start = performance.now();
  for (let left = 9; left > 0; left -= 1) {
    await reserve(id);
    const shown = await Promise.all(viewers.map(({ next }) => next()));
    expect(shown.map(({ stock }) => stock.available)).toEqual(Array(50).fill(left));
  }
  expect(catalog.asked.statements).toBe(before.statements);
  const sweeps = Math.ceil((performance.now() - start) / 1_000) + 1;
  expect(catalog.asked.stock - before.stock).toBeLessThanOrEqual(9 + sweeps);
});

test('one who leaves is told nothing more, and others go on', async () => {
  const id = await onSale();
  const [leaver, stayer] = [await look(id), await look(id)];
  await leaver.next();
  await stayer.next();
  const waiting = leaver.stream.next();
  await leaver.stream.return(undefined);
  expect(await waiting).toEqual({ value: undefined, done: true });
  await reserve(id);
  expect((await stayer.next()).stock.available).toBe(9);
});

test.each([
  ['no product', [], 'names at least one product.'],
  ['101 products', 101, 'names at most 100 products, not 101.'],
  ['10,000 products', 10_000, 'names at most 100 products, not 10000.'],
])('refuses %s, and says why', async (_, wanted, message) => {
  const ids = typeof wanted === 'number' ? Array.from({ length: wanted }, () => randomUUID()) : wanted;
  const answer = await catalog.subscribe(WATCH, { ids });
  expect('errors' in answer && answer.errors?.map(({ extensions }) => extensions)).toEqual([
    { code: 'BAD_USER_INPUT', fields: [{ path: 'productIds', message }] },
  ]);
});

test.each([randomUUID(), 'no id', ''])('refuses a product that does not exist: %j', async (nothing) => {
  const answer = await catalog.subscribe(WATCH, { ids: [await onSale(), nothing] });
  expect('errors' in answer && answer.errors?.[0]?.extensions.code).toBe('NOT_FOUND');
});

test('100 products are shown', async () => {
  const ids = await Promise.all(Array.from({ length: 100 }, () => onSale()));
  const viewer = await look(...ids);
  const shown = new Set<string>();
  while (shown.size < 100) shown.add((await viewer.next()).id);
  expect([...shown].toSorted()).toEqual(ids.toSorted());
});

test('a process that stops ends its streams', async () => {
  await using stopping = await openCatalog();
  const { id } = await stopping.create();
  const answer = (await stopping.subscribe(WATCH, { ids: [id] })) as Stream;
  await answer.next();
  const waiting = answer.next();
  await stopping.watcher.close();
  expect(await waiting).toEqual({ value: undefined, done: true });
  await eventually(() => expect(stopping.watcher.watched()).toBe(0));
});

test('a row that PostgreSQL could not give at first is shown when it can, though the numbers are the same', async () => {
  const settings = (version: number) => ({ version, opensAt: 0, closesAt: null, paused: false });
  let away = true;
  const shown: string[] = [];
  const watched = {
    product: { id: 'p', name: 'old', settings: settings(1) },
    viewers: new Set([({ name }: { name: string }) => shown.push(name)]),
    phaseChangesAt: Infinity,
    rereading: false,
    readAgain: () => undefined,
  } as never as WatchedProduct;
  const parts = {
    inventory: {
      read: () => Promise.resolve([{ total: 5, available: 5, held: 0, sold: 0, settings: settings(2) }]),
    },
    stock: { rebuild: () => undefined },
    products: {
      one: () =>
        away
          ? Promise.reject(new Error('PostgreSQL is away'))
          : Promise.resolve({ id: 'p', name: 'new', settings: settings(2) }),
    },
    log: openLog('test', 'silent'),
  } as never as TellChangesParts;
  const look = () => tellChanges(parts, new Map([['p', watched]]), ['p']);
  await look();
  await eventually(() => expect(shown).toEqual(['old']));
  away = false;
  await look();
  await eventually(() => expect(shown).toEqual(['old', 'new']));
});
