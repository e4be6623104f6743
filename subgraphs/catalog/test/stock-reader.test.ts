import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openTcpProxy, through, type TcpProxy } from '@stampede/shared/testing';
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

test('while Redis is away, what was seen last is told with its own time; then again what is', async () => {
  const { id } = await catalog.create({ stock: 4 });
  const seen = (await look(id)).data.product;
  const unseen = await catalog.create();
  proxy.cut();

  expect((await look(id)).data.product).toEqual(seen);
  const { data, errors } = await look(unseen.id);
  expect(data).toEqual({ product: null });
  expect(errors?.[0]?.extensions).toEqual({ code: 'SERVICE_UNAVAILABLE', retryAfterMs: expect.any(Number) });
  // What needs no Redis is still told.
  const name = await catalog.ask('query ($id: ID!) { product(id: $id) { name } }', { id: unseen.id });
  expect(name).toEqual({ data: { product: { name: 'Test sneaker' } } });

  proxy.restore();
  const again = (await look(id)).data.product;
  expect(Date.parse(again.stock.asOf)).toBeGreaterThan(Date.parse(seen.stock.asOf));
  expect((await look(unseen.id)).data.product.stock.available).toBe(10);
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
