import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@stampede/shared/testing';
import { openCatalog } from './open-catalog.js';
import { compare, openShops, PATIENT, type Comparison, type Shops } from './price-comparison-fixture.js';

let shops: Shops;
beforeAll(async () => {
  shops = await openShops();
});
afterAll(() => shops[Symbol.asyncDispose]());

const stateOf = async ({ metrics }: Awaited<ReturnType<typeof openCatalog>>) =>
  (await metrics.registry.metrics())
    .split('\n')
    .filter((line) => line.startsWith('stampede_circuit_breaker_') && !/_calls_total\{.* 0$/.test(line))
    .map((line) =>
      line.replace(
        /^stampede_circuit_breaker_(\w+)\{name="naver-shopping",(.+),service="catalog"\}/,
        '$1 $2',
      ),
    );

test('the breaker opens with the twentieth call when the shops fail, and shows it; products are told on', async () => {
  await using catalog = await openCatalog(undefined, { ...PATIENT, shopping: shops.settings });
  const remembered = await catalog.create({ name: 'Remembered' });
  const before = await compare(catalog, remembered.id);
  await shops.fault('error-500');
  for (let call = 2; call <= 20; call += 1) {
    expect(await stateOf(catalog)).toContain('state state="closed" 1');
    const { id } = await catalog.create({ name: `Failing ${call}` });
    expect(await compare(catalog, id)).toMatchObject({ offers: [], degraded: true });
  }
  expect(await stateOf(catalog)).toEqual([
    'state state="closed" 0',
    'state state="open" 1',
    'state state="half-open" 0',
    'transitions_total to="open" 1',
    'calls_total outcome="ok" 1',
    'calls_total outcome="failed" 19',
  ]);

  await shops.fault('none');
  const asked = await shops.searches();
  const { id } = await catalog.create({ name: 'Not asked for' });
  expect(await compare(catalog, id)).toMatchObject({ offers: [], degraded: true });
  expect(await compare(catalog, remembered.id)).toMatchObject({ offers: before.offers, degraded: true });
  expect(await shops.searches()).toBe(asked);
  expect(await stateOf(catalog)).toContain('calls_total outcome="refused" 1');
});

test('after its pause the breaker tries five, and is closed', async () => {
  const breaker = { ...PATIENT.breaker, windowCalls: 2, minimumCalls: 2, openMs: 50 };
  await using catalog = await openCatalog(undefined, { ...PATIENT, breaker, shopping: shops.settings });
  const asks = async (name: string) => compare(catalog, (await catalog.create({ name })).id);
  await shops.fault('error-500', 2);
  await asks('Bad one');
  await asks('Bad two');
  await eventually(async () => expect(await stateOf(catalog)).toContain('state state="half-open" 1'));
  for (let trial = 1; trial <= 5; trial += 1) {
    expect(await stateOf(catalog)).toContain('state state="half-open" 1');
    expect(await asks(`Trial ${trial}`)).toMatchObject({ degraded: false, lowest: expect.anything() });
  }
  expect(await stateOf(catalog)).toContain('state state="closed" 1');
  expect(await stateOf(catalog)).toContain('transitions_total to="closed" 1');
});

test('one look at a list of 100 keeps to the rate of the shops, and closes them to nobody', async () => {
  await using own = await openShops({});
  const shopping = { ...own.settings, callsPerSecond: 8 };
  const at = Date.now();
  await using catalog = await openCatalog(undefined, { ...PATIENT, shopping, now: () => at });
  const names = Array.from({ length: 100 }, (_, index) => `List n${index}`);
  await Promise.all(names.map((name) => catalog.create({ name })));
  const { data, errors } = await catalog.ask(
    '{ products(first: 100) { edges { node { priceComparison { degraded } } } } }',
  );
  expect(errors).toBeUndefined();
  const edges = data.products.edges as { node: { priceComparison: Comparison } }[];
  expect(edges.filter(({ node }) => !node.priceComparison.degraded)).toHaveLength(8);
  expect(await own.searches()).toBe(8);
  const state = await stateOf(catalog);
  expect(state).toContain('calls_total outcome="ok" 8');
  expect(state).toContain('state state="closed" 1');
});

test('a product does not wait for shops that hang; their late answer is there for the next', async () => {
  const hasty = { budgetMs: 100, shopping: shops.settings };
  await using catalog = await openCatalog(undefined, { ...PATIENT, ...hasty });
  const { id } = await catalog.create({ name: 'Late' });
  await shops.fault('slow', 1, 600);
  expect(await compare(catalog, id)).toMatchObject({ offers: [], degraded: true });
  await eventually(async () =>
    expect(await compare(catalog, id)).toMatchObject({ degraded: false, lowest: expect.anything() }),
  );
  expect(await shops.searches('Late')).toBe(1);
});

test('a call that hangs ends at its deadline, has failed, and is slow', async () => {
  const breaker = { ...PATIENT.breaker, callDeadlineMs: 50 };
  await using catalog = await openCatalog(undefined, { ...PATIENT, breaker, shopping: shops.settings });
  const { id } = await catalog.create({ name: 'Hanging' });
  await shops.fault('timeout-before', 1);
  expect(await compare(catalog, id)).toMatchObject({ offers: [], degraded: true });
  expect(await stateOf(catalog)).toContain('calls_total outcome="failed" 1');
});

test('without a shopping search there are other sellers alone, and nothing is degraded', async () => {
  await using catalog = await openCatalog(undefined, { budgetMs: 60_000 });
  const { id } = await catalog.create({ name: 'Alone' });
  expect(await compare(catalog, id)).toMatchObject({ offers: [], degraded: false, lowest: null });
  await catalog.database.run('ALTER TABLE product RENAME COLUMN search_text TO gone');
  expect(await compare(catalog, id)).toMatchObject({ offers: [], degraded: true, asOf: null });
});
