import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Unavailable } from '@stampede/shared/errors';
import { serverOf } from '@stampede/shared/redis';
import { eventually, openTcpProxy, through, type TcpProxy } from '@stampede/shared/testing';
import { openLog } from '@stampede/shared/telemetry';
import { openStockReader } from '../src/stock/stock-reader.js';
import { noteStock } from '../src/stock-mirror/note-stock.js';
import { openCatalog, type CatalogUnderTest } from './open-catalog.js';

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

const LOOK = `query ($id: ID!) { product(id: $id) {
  name sale { phase } stock { total available held sold asOf } } }`;
const look = (id: string) => catalog.ask(LOOK, { id });
const settings = {
  version: 1,
  opensAt: 0,
  closesAt: null,
  limitPerBuyer: 1,
  holdMinutes: 30,
  paused: false,
  termsVersion: 1,
  total: 10,
};

test('a product of which Redis knows nothing is rebuilt, once for all who ask', async () => {
  const { id } = await catalog.create({ stock: 4 });
  const before = catalog.asked.rebuilds;
  const { data } = await look(id);
  expect(data.product).toMatchObject({
    sale: { phase: 'OPEN' },
    stock: { total: 4, available: 4, held: 0, sold: 0 },
  });
  await look(id);
  expect(catalog.asked.rebuilds).toBe(before + 1);
});

const SEEN_AT = '2026-03-01T12:00:00.000Z';
const note = (productId: string, available: number) =>
  noteStock(catalog.database, [
    {
      productId,
      total: 10,
      available,
      held: 10 - available,
      sold: 0,
      soldOutAt: null,
      asOf: Date.parse(SEEN_AT),
    },
  ]);
const LIST = `query ($products: [_Any!]!) { _entities(representations: $products) { ... on Product { id
  sale { phase opensAt limitPerBuyer } stock { total available held sold asOf } } } }`;
interface Shown {
  id: string;
  sale: { phase: string; opensAt: string; limitPerBuyer: number };
  stock: { total: number; available: number; held: number; sold: number; asOf: string };
}
/** These products, as another subgraph's list has the gateway ask for them. */
async function list(ids: readonly string[]): Promise<Map<string, Shown>> {
  const products = ids.map((id) => ({ __typename: 'Product', id }));
  const { data, errors } = await catalog.ask(LIST, { products });
  expect(errors).toBeUndefined();
  return new Map((data._entities as Shown[]).map((shown) => [shown.id, shown]));
}

/** A reader of its own, and the products that it had rebuilt. */
function openReader(rebuild: (id: string) => Promise<void>) {
  const asked: string[] = [];
  const reader = openStockReader({
    ...catalog,
    askForRebuild: (id) => {
      asked.push(id);
      return rebuild(id);
    },
    log: openLog('test', 'silent'),
  });
  return { asked, reader };
}

/** Something that many wait for. */
function openGate() {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe.each(['cut', 'freeze'] as const)('while Redis is away (%s)', (fails) => {
  afterEach(async () => {
    proxy.restore();
    const { id } = await catalog.create();
    // Read from Redis, and again: it was answered.
    await eventually(async () => {
      await list([id]);
      const before = catalog.asked.stock;
      await list([id]);
      expect(catalog.asked.stock).toBeGreaterThan(before);
    });
  });

  test('a list of 100 is told as PostgreSQL knows it, in one statement, and nobody waits for Redis again', async () => {
    const ids = await Promise.all(Array.from({ length: 100 }, async () => (await catalog.create()).id));
    const [seen, unseen, never] = ids as [string, string, string];
    await Promise.all(ids.slice(0, 2).map((id) => catalog.load(id)));
    await note(seen, 3);
    const [row] = await catalog.database.query<{ created_at: Date }>(
      'UPDATE product SET sold = 2 WHERE id = $1 RETURNING created_at',
      [unseen],
    );
    const [{ now } = {}] = await catalog.database.query<{ now: Date }>('SELECT clock_timestamp() AS now');
    const before = { ...catalog.asked };
    proxy[fails]();

    const shown = await list(ids);
    expect([...shown.keys()]).toEqual(ids);
    expect(shown.get(seen)?.stock).toEqual({ total: 10, available: 3, held: 7, sold: 0, asOf: SEEN_AT });
    const createdAt = row?.created_at.toISOString();
    expect(shown.get(unseen)?.stock).toEqual({ total: 10, available: 8, held: 0, sold: 2, asOf: createdAt });
    // Of what was never loaded nothing can be held: that is known, and of now.
    const ofNever = shown.get(never)?.stock;
    expect(ofNever).toMatchObject({ total: 10, available: 10, held: 0, sold: 0 });
    expect(Date.parse(ofNever!.asOf)).toBeGreaterThanOrEqual(now!.getTime());
    // The products, and what was seen of them.
    expect(catalog.asked).toMatchObject({ statements: before.statements + 2, stock: before.stock + 1 });

    for (let again = 0; again < 5; again += 1) await list(ids);
    expect(catalog.asked).toMatchObject({ statements: before.statements + 12, stock: before.stock + 1 });

    proxy.restore();
    await eventually(async () =>
      expect((await list([seen])).get(seen)?.stock).toMatchObject({ available: 10, held: 0 }),
    );
  });

  test('the phase goes by the clock of PostgreSQL, and by the settings as they are there', async () => {
    const { id } = await catalog.create();
    await catalog.load(id);
    proxy[fails]();
    const shown = async (change: string) => {
      await catalog.database.run(`UPDATE product SET ${change} WHERE id = $1`, [id]);
      return (await list([id])).get(id)?.sale;
    };
    expect(await shown(`limit_per_buyer = 7`)).toMatchObject({ phase: 'OPEN', limitPerBuyer: 7 });
    expect(await shown(`paused = true`)).toMatchObject({ phase: 'PAUSED' });
    await note(id, 0);
    expect(await shown(`paused = false`)).toMatchObject({ phase: 'SOLD_OUT' });
    expect(await shown(`closes_at = now() - interval '1 second'`)).toMatchObject({ phase: 'CLOSED' });
    expect(await shown(`closes_at = NULL, opens_at = '2099-01-01'`)).toMatchObject({
      phase: 'SCHEDULED',
      opensAt: '2099-01-01T00:00:00.000Z',
    });
  });

  test('the clock that opens sales is not replaced by another', async () => {
    proxy[fails]();
    const { data, errors } = await catalog.ask('{ serverTime }');
    expect(data).toBeNull();
    expect(errors?.[0]?.extensions).toEqual({
      code: 'SERVICE_UNAVAILABLE',
      retryAfterMs: expect.any(Number),
    });
  });
});

/** The moment for which a rebuild is waited for has no end. */
const withoutTimers = () =>
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'performance', 'Date'] });

describe('products that are COLD', () => {
  let cold: string[];
  beforeEach(async () => {
    cold = await Promise.all(
      Array.from({ length: 100 }, async () => {
        const { id } = await catalog.create();
        await catalog.load(id);
        return id;
      }),
    );
    await catalog.inventory.distrust(cold);
  });
  afterEach(() => {
    jest.useRealTimers();
    catalog.order.rebuild = catalog.load;
  });

  test('a hundred in a list are asked for together, and told as they are then', async () => {
    const asked: string[] = [];
    const run = await serverOf(catalog.redis).known();
    catalog.order.rebuild = async (id) => {
      asked.push(id);
      await catalog.redis.hset(`${catalog.namespace}:{p:${id}}:stock`, { run, available: 9, held: 1 });
    };
    withoutTimers();
    const before = catalog.asked.stock;
    const shown = await list(cold);
    expect(asked.toSorted()).toEqual(cold.toSorted());
    for (const id of cold) expect(shown.get(id)?.stock).toMatchObject({ available: 9, held: 1 });
    expect(catalog.asked.stock).toBe(before + 2);
  });

  test('that order cannot rebuild are told as PostgreSQL knows them', async () => {
    const away = openReader(() => Promise.reject(new Unavailable('order')));
    await note(cold[0]!, 4);
    const seen = await Promise.all(cold.map((id) => away.reader.read(id)));
    expect(seen[0]).toMatchObject({ available: 4, held: 6, asOf: Date.parse(SEEN_AT) });
    expect(away.asked).toEqual(cold);
    // Nobody asks again at once, however many come.
    await Promise.all(cold.map((id) => away.reader.read(id)));
    expect(away.asked).toEqual(cold);
  });

  test('that take long are waited for once, and cost one statement; who comes meanwhile does not wait', async () => {
    const asked: string[] = [];
    const done = openGate();
    catalog.order.rebuild = (id) => {
      asked.push(id);
      return done.opened;
    };
    const before = catalog.asked.statements;
    await list(cold);
    // The products, and what was seen of them.
    expect(catalog.asked.statements).toBe(before + 2);
    await list(cold);
    expect(catalog.asked.statements).toBe(before + 4);
    expect(asked).toHaveLength(new Set(asked).size);
    done.open();
  });

  test('hold up none that are read together with them', async () => {
    const { id: warm } = await catalog.create();
    await catalog.load(warm);
    const done = openGate();
    const slow = openReader(() => done.opened);
    withoutTimers();
    const [waits, read] = [slow.reader.read(cold[0]!), slow.reader.read(warm)];
    expect(await read).toMatchObject({ available: 10 });
    done.open();
    expect(await waits).toMatchObject({ available: 10 });
  });

  test('are not rebuilt for readers when their sale has long been over: their rows say all there is', async () => {
    await note(cold[0]!, 4);
    await catalog.database.run(
      `UPDATE product SET sold = 3, opens_at = now() - interval '3 days', closes_at = now() - interval '25 hours'
       WHERE id = ANY($1)`,
      [cold],
    );
    const before = { ...catalog.asked };
    const shown = await list(cold);
    for (const id of cold) {
      expect(shown.get(id)?.stock).toMatchObject({ total: 10, available: 7, held: 0, sold: 3 });
      expect(Date.parse(shown.get(id)!.stock.asOf)).toBeGreaterThan(Date.parse(SEEN_AT));
    }
    expect(catalog.asked).toMatchObject({ statements: before.statements + 2, stock: before.stock + 1 });
    const own = openReader(catalog.load);
    await Promise.all(cold.map((id) => own.reader.read(id)));
    expect(own.asked).toEqual([]);
  });
});

test('a reading is of one instant: total = available + held + sold', async () => {
  const { id } = await catalog.create({ stock: 4 });
  const held = { orderId: id, buyerId: id, quantity: 1, digest: 'd', payBy: 1, heldAt: 1, epoch: 1 };
  await catalog.inventory.load({
    productId: id,
    epoch: 1,
    settings: { ...settings, total: 4 },
    orders: [
      { ...held, serial: 1, state: 'held' },
      { ...held, orderId: 'b', buyerId: 'b', quantity: 2, serial: 2, state: 'sold' },
    ],
  });
  const { data } = await look(id);
  expect(data.product.stock).toMatchObject({ total: 4, available: 1, held: 1, sold: 2 });
});
