import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { eventually, openTcpProxy, through, type TcpProxy } from '@stampede/shared/testing';
import { createProduct } from '../src/create-product/create-product.js';
import { randomUUID } from 'node:crypto';
import { openCatalog, productInput, PUBLIC_URL, type CatalogUnderTest } from './open-catalog.js';
import { compare, openShops, PATIENT, type Shops } from './price-comparison-fixture.js';

let shops: Shops;
let proxy: TcpProxy;
let catalog: CatalogUnderTest;
let passed = 0;
beforeAll(async () => {
  const redisUrl = process.env.REDIS_URL as string;
  shops = await openShops();
  proxy = await openTcpProxy(redisUrl);
  const now = () => Date.now() + passed;
  catalog = await openCatalog(through(proxy, redisUrl), { ...PATIENT, shopping: shops.settings, now });
});
beforeEach(() => shops.fault('none'));
afterAll(async () => {
  proxy.restore();
  await catalog[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
  await shops[Symbol.asyncDispose]();
});

let names = 0;
/** A name that no other test has, and the emulator has offers for. */
const newName = () => `Runner ${(names += 1)}x${randomUUID().slice(0, 8)}`;

test('other shops’ offers, the cheapest first, as plain text; used, planned and priceless ones left out', async () => {
  const name = newName();
  const { id } = await catalog.create({ name });
  const { offers, lowest, degraded, asOf } = await compare(catalog, id);

  const called = name.toLowerCase();
  expect(offers.map(({ title }) => title).toSorted()).toEqual([
    called,
    `${called} & 기프트`,
    `${called} 정품`,
  ]);
  const prices = offers.map(({ price }) => price.amount);
  expect(prices).toEqual(prices.toSorted((a, b) => a - b));
  expect(lowest).toEqual({ amount: prices[0] });
  for (const { url } of offers) expect(url).toMatch(/^https:\/\/smartstore\.naver\.test\/products\/\d+$/);
  expect(offers.map(({ shop }) => shop)).toContain('네이버');
  expect(degraded).toBe(false);
  expect(Date.now() - Date.parse(asOf as string)).toBeLessThan(60_000);
});

test('an answer is remembered: the shops are asked once for a name, however it is written', async () => {
  const name = newName();
  const { id } = await catalog.create({ name });
  const again = await catalog.create({ name: `  ${name.toUpperCase().replace(' ', '   ')}` });
  const [first] = await Promise.all([compare(catalog, id), compare(catalog, again.id), compare(catalog, id)]);
  expect(await compare(catalog, id)).toMatchObject({ offers: first.offers, degraded: false });
  expect(await compare(catalog, again.id, 1)).toMatchObject({
    offers: first.offers.slice(0, 1),
    lowest: first.lowest,
  });
  expect(await shops.searches(name)).toBe(1);
});

test('what is remembered has an end within ten minutes, and a bounded size', async () => {
  const { id } = await catalog.create({ name: newName() });
  await compare(catalog, id);
  const keys = await eventually(async () => {
    const found = await catalog.redis.keys(`${catalog.namespace}:prices:*`);
    expect(found.length).toBeGreaterThan(0);
    return found;
  });
  for (const key of keys) {
    const life = await catalog.redis.pttl(key);
    expect(life).toBeGreaterThan(0);
    expect(life).toBeLessThanOrEqual(600_000);
    expect((await catalog.redis.get(key))?.length).toBeLessThan(50_000);
  }
});

test('past half its life an answer is given at once and asked anew in the background', async () => {
  const name = newName();
  const { id } = await catalog.create({ name });
  const before = await compare(catalog, id);
  passed += 299_000;
  expect((await compare(catalog, id)).offers).toEqual(before.offers);
  expect(await shops.searches(name)).toBe(1);
  passed += 2_000;
  expect((await compare(catalog, id)).offers).toEqual(before.offers);
  await eventually(async () => expect(await shops.searches(name)).toBe(2));
});

test('while the shops fail, what they said last is given, degraded, with its time; then what they say now', async () => {
  const name = newName();
  const { id } = await catalog.create({ name });
  const remembered = await compare(catalog, id);
  expect(remembered.degraded).toBe(false);
  passed += 301_000;
  await shops.fault('error-500');
  const degraded = await eventually(async () => {
    const answer = await compare(catalog, id);
    expect(answer.degraded).toBe(true);
    return answer;
  });
  expect(degraded.offers).toEqual(remembered.offers);
  expect(degraded.offers.length).toBeGreaterThan(0);

  await shops.fault('none');
  await eventually(async () => expect((await compare(catalog, id)).degraded).toBe(false));
});

test.each(['error-500', 'decline', 'nonsense', 'timeout-before'])(
  'a source that never answered (%s) is none: no offers, degraded, and no error',
  async (fault) => {
    const { id } = await catalog.create({ name: newName() });
    await shops.fault(fault, 100, 10);
    expect(await compare(catalog, id)).toMatchObject({ offers: [], lowest: null, degraded: true });
    await shops.fault('none');
    expect(await compare(catalog, id)).toMatchObject({ degraded: false });
  },
);

test('while Redis is away, the shops are asked each time', async () => {
  const name = newName();
  const { id } = await catalog.create({ name });
  proxy.cut();
  try {
    for (const times of [1, 2]) {
      const { offers, degraded } = await compare(catalog, id);
      expect([offers.length, degraded]).toEqual([3, false]);
      expect(await shops.searches(name)).toBe(times);
    }
  } finally {
    proxy.restore();
  }
  await eventually(async () => expect(await catalog.redis.ping()).toBe('PONG'));
});

test('while Redis is silent, the shops are asked', async () => {
  const redisUrl = process.env.REDIS_URL as string;
  await using silent = await openTcpProxy(redisUrl);
  const usual = { ...PATIENT, patience: { statementMs: 60_000 }, shopping: shops.settings };
  const other = await openCatalog(through(silent, redisUrl), usual);
  try {
    silent.freeze();
    const { id } = await other.create({ name: newName() });
    const { offers, degraded } = await compare(other, id);
    expect([offers.length, degraded]).toEqual([3, false]);
  } finally {
    silent.restore();
    await other[Symbol.asyncDispose]();
  }
});

test.each([
  'no JSON',
  '{"v":0,"asOf":4102444800000,"offers":[]}',
  '{"v":1,"asOf":4102444800000,"offers":"<b>"}',
  '{"v":1,"asOf":4102444800000,"offers":[{"title":"a","shop":"b","price":1,"url":"no link"}]}',
])('what stands in Redis and is not understood is asked anew: %s', async (text) => {
  const name = newName();
  const { id } = await catalog.create({ name });
  const { offers } = await compare(catalog, id);
  await eventually(async () => {
    const keys = await catalog.redis.keys(`${catalog.namespace}:prices:*`);
    for (const key of keys) await catalog.redis.set(key, text);
    expect(await compare(catalog, id)).toMatchObject({ offers, degraded: false });
    // Once the first answer has been remembered, and is gone.
    expect(await shops.searches(name)).toBeGreaterThan(1);
  });
});

test('other sellers’ products with every word of the name are offers, if they are on sale now', async () => {
  const word = randomUUID().slice(0, 8);
  const sells = (change: Parameters<typeof productInput>[0], seller: string = randomUUID()) =>
    createProduct(catalog.database, seller, productInput(change));
  const seller = randomUUID();
  const mine = await sells({ name: `에어 ${word} Jacket`, price: 50_000 }, seller);
  const cheaper = await sells({ name: `jacket, ${word} 에어 <b>new</b>`, price: 200, brands: ['A', 'B'] });
  await sells({ name: `에어 ${word} Jacket`, price: 300 }, seller);
  await sells({ name: `에어 ${word}`, description: 'Jacket' });
  await sells({ name: `에어컨 ${word} Jacket` });
  await sells({ name: `에어 ${word} Jacket later`, opensAt: new Date(Date.now() + 3_600_000) });
  await sells({ name: `에어 ${word} Jacket closed`, closesAt: new Date('2026-02-01T00:00:00Z') });
  const paused = await sells({ name: `에어 ${word} Jacket paused` });
  const soldOut = await sells({ name: `에어 ${word} Jacket sold out` });
  await catalog.database.run('UPDATE product SET paused = true WHERE id = $1', [paused.id]);
  await catalog.database.run('UPDATE product SET sold_out = true WHERE id = $1', [soldOut.id]);

  const { offers, lowest } = await compare(catalog, mine.id);
  const ours = offers.filter(({ url }) => url.startsWith(PUBLIC_URL));
  expect(ours).toEqual([
    {
      title: `jacket, ${word} 에어 <b>new</b>`,
      shop: 'A × B',
      price: { amount: 200 },
      url: `${PUBLIC_URL}/products/${cheaper.id}`,
    },
  ]);
  expect(offers[0]).toEqual(ours[0]);
  expect(lowest).toEqual({ amount: 200 });
});

test('a name without a letter has no offers, and nobody is asked', async () => {
  const { id } = await catalog.create({ name: '!!! ???' });
  const before = await shops.searches();
  const other = await createProduct(catalog.database, randomUUID(), productInput({ name: '???' }));
  expect((await compare(catalog, id)).offers.map(({ url }) => url)).not.toContain(
    `${PUBLIC_URL}/products/${other.id}`,
  );
  expect(await shops.searches()).toBe(before);
});

test.each([0, -1, 21])('first: %i is refused', async (first) => {
  const { id } = await catalog.create({ name: newName() });
  const { data, errors } = await catalog.ask(
    'query ($id: ID!, $first: Int) { product(id: $id) { priceComparison(first: $first) { degraded } } }',
    { id, first },
  );
  expect(data).toEqual({ product: null });
  expect(errors?.[0]?.extensions).toEqual({
    code: 'BAD_USER_INPUT',
    fields: [{ path: 'first', message: 'is 1 to 20.' }],
  });
});

test('a list of 100 is compared without an error, each name asked once', async () => {
  const tag = randomUUID().slice(0, 8);
  await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      catalog.create({ name: `List ${tag} n${index}`, opensAt: new Date('2099-01-01T00:00:00Z') }),
    ),
  );
  const before = await shops.searches();
  await eventually(async () => {
    const { data, errors } = await catalog.ask(
      '{ products(first: 100) { edges { node { name priceComparison { degraded offers { title } } } } } }',
    );
    expect(errors).toBeUndefined();
    const nodes = data.products.edges.map(({ node }: { node: object }) => node);
    expect(nodes).toHaveLength(100);
    for (const { priceComparison } of nodes) {
      expect(priceComparison).toMatchObject({ degraded: false });
      expect(priceComparison.offers).toHaveLength(3);
    }
  });
  expect(await shops.searches()).toBe(before + 100);
});
