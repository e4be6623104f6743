import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openMetrics } from '@stampede/shared/telemetry';
import { openTestDatabase } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { createProduct } from '../src/create-product/create-product.js';
import { openOtherSellers } from '../src/price-comparison/other-sellers.js';
import { overloadMetric } from '../src/price-comparison/overloads.js';
import { NOTHING } from '../src/price-comparison/price-source.js';
import { MIGRATIONS, productInput } from './open-catalog.js';

let place: Awaited<ReturnType<typeof openTestDatabase>>;
beforeAll(async () => {
  place = await openTestDatabase('catalog', MIGRATIONS);
});
afterAll(() => place[Symbol.asyncDispose]());

/** How often a transaction was begun, and what has been given up. */
function sellersOf(patienceMs: number) {
  const metrics = openMetrics('test');
  let transactions = 0;
  const sellers = openOtherSellers({
    database: {
      ...place.database,
      transaction: (step, work) => {
        transactions += 1;
        return place.database.transaction(step, work);
      },
    },
    publicUrl: 'https://shop.test',
    overloaded: overloadMetric(metrics)('sellers'),
    patienceMs,
  });
  return {
    asks: (name: string) => sellers.answer({ id: name, name, sellerId: randomUUID() }),
    transactions: () => transactions,
    overloads: async () =>
      (await metrics.registry.getMetricsAsJSON())
        .find(({ name }) => name === 'stampede_price_source_overloads_total')
        ?.values.map(({ labels, value }) => [labels.why, value]),
  };
}
const sells = (name: string, price: number, description = '') =>
  createProduct(place.database, randomUUID(), productInput({ name, price, description }));

test('a hundred products are compared with other sellers in four statements', async () => {
  const sellers = sellersOf(60_000);
  const names = Array.from({ length: 100 }, (_, index) => `Name ${index}`);
  const answers = await Promise.all(names.map((name) => sellers.asks(name)));
  for (const answer of answers) expect(answer).toMatchObject({ offers: [], degraded: false });
  expect(sellers.transactions()).toBe(4);
});

test('cheap products that name a rival in their description do not hide its offers', async () => {
  const decoy = (index: number) => sells(`Decoy ${index}`, 100, 'unlike the Rival Runner');
  await Promise.all(Array.from({ length: 70 }, (_, index) => decoy(index)));
  await sells('Runner of Rival', 50_000);
  expect((await sellersOf(60_000).asks('Rival Runner')).offers.map(({ title }) => title)).toEqual([
    'Runner of Rival',
  ]);
});

test.each([
  ['Crème Brûlée', 'CREME brulee'],
  ['모자 ΟΔΌΣ', '모자 οδός'],
  ['Jo\u00adker Ｃａｐ', 'joker cap'],
  ['İstanbul ℡', 'istanbul tel'],
])('%s is what is called %s, too', async (name, query) => {
  await sells(name, 100);
  expect((await sellersOf(60_000).asks(query)).offers.map(({ title }) => title)).toEqual([name]);
});

test('a statement that takes too long, and a turn that does not come, are no outage: they are counted', async () => {
  const sellers = sellersOf(50);
  // Nobody reads the products meanwhile.
  await place.database.transaction('test', async (tx) => {
    await tx.query('LOCK TABLE product');
    const names = Array.from({ length: 52 * 25 + 25 }, (_, index) => `Slow ${index}`);
    const answers = await Promise.all(names.map((name) => sellers.asks(name)));
    for (const answer of answers) expect(answer).toEqual(NOTHING);
  });
  const overloads = new Map((await sellers.overloads()) as [string, number][]);
  expect([...overloads.keys()].toSorted()).toEqual(['time', 'turn']);
  expect(Number(overloads.get('time')) + Number(overloads.get('turn'))).toBe(53 * 25);
  expect(await sellers.asks('Quick')).toEqual({ offers: [], asOf: expect.any(Number), degraded: false });
});
