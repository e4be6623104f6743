import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { openCatalog, type CatalogUnderTest } from './open-catalog.js';
import { somebody, wish } from './wish-fixture.js';

const PRODUCTS = 100;
let catalog: CatalogUnderTest;
/** As the list gives them. */
let listed: string[];
/** Who wishes for the last of them. */
const SHOPPER = somebody();
beforeAll(async () => {
  catalog = await openCatalog();
  const made: string[] = [];
  for (let index = 0; index < PRODUCTS; index += 1) made.push((await catalog.create()).id);
  await Promise.all(made.map((id) => catalog.load(id)));
  await catalog.database.run(
    `UPDATE product SET opens_at = '2026-02-01T00:00:00Z'::timestamptz + place * interval '1 second'
     FROM unnest($1::uuid[]) WITH ORDINALITY AS made (product_id, place) WHERE id = product_id`,
    [made],
  );
  await catalog.database.run(
    `INSERT INTO category (id, name, name_key) SELECT id, name, lower(name)
     FROM (VALUES (gen_random_uuid(), 'Caps'), (gen_random_uuid(), 'Shoes')) AS made (id, name)`,
  );
  await catalog.database.run(
    `UPDATE product SET category_id = (SELECT id FROM category
       WHERE (name = 'Caps') = (extract(second FROM product.opens_at)::int % 2 = 0))`,
  );
  listed = made.toReversed();
  await wish(catalog, listed[0]!, SHOPPER);
});
afterAll(() => catalog[Symbol.asyncDispose]());

const PAGE = `query ($first: Int, $after: String) { products(first: $first, after: $after) {
  totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { id } } } }`;
const page = (first: number | null, after: string | null = null) => catalog.ask(PAGE, { first, after });
const idsOf = (connection: { edges: { node: { id: string } }[] }) =>
  connection.edges.map(({ node }) => node.id);

test.each(['nothing', '', '00000000-0000-0000-0000-00000000000g', randomUUID()])(
  'there is no product %j',
  async (id) => {
    const answer = await catalog.ask('query ($id: ID!) { product(id: $id) { id name } }', { id });
    expect(answer).toEqual({ data: { product: null } });
  },
);

test('an id means the same in capitals', async () => {
  const { data } = await catalog.ask('query ($id: ID!) { product(id: $id) { id } }', {
    id: listed[0]!.toUpperCase(),
  });
  expect(data.product.id).toBe(listed[0]);
});

test('those that have opened are listed by default, the latest first', async () => {
  const { data } = await page(100);
  expect(idsOf(data.products)).toEqual(listed);
  const { pageInfo, edges } = data.products;
  expect(pageInfo).toEqual({
    hasNextPage: false,
    hasPreviousPage: false,
    startCursor: edges[0].cursor,
    endCursor: edges.at(-1).cursor,
  });
});

test('a page of none says what there is, and 20 are a page by default', async () => {
  const { data } = await page(0);
  expect(data.products).toEqual({
    totalCount: PRODUCTS,
    edges: [],
    pageInfo: { hasNextPage: true, hasPreviousPage: false, startCursor: null, endCursor: null },
  });
  expect(idsOf((await page(null)).data.products)).toEqual(listed.slice(0, 20));
});

test.each([-1, 101, 2_147_483_647])('refuses a page of %i', async (first) => {
  expect((await page(first)).errors).toMatchObject([
    { extensions: { code: 'BAD_USER_INPUT', fields: [{ path: 'first' }] } },
  ]);
});

/** What one can ask of each product, and what that costs beside the page itself: however many they are. */
const PARTS: [part: string, selection: string, cost: Partial<CatalogUnderTest['asked']>][] = [
  ['its own', 'id name price { amount } refundPolicy { tiers { percent } }', {}],
  ['its seller', 'seller { id }', {}],
  ['its stock and sale', 'sale { phase } stock { available asOf }', { stock: 1 }],
  ['its category', 'category { name }', { statements: 1 }],
  ['whether it is wished for', 'wished', { statements: 1 }],
];

test('a list costs the same statements and round trips, however long it is', async () => {
  const whole = `query ($first: Int) { products(first: $first) { totalCount edges { node {
    ${PARTS.map(([, selection]) => selection).join(' ')} } } } }`;
  for (const first of [1, PRODUCTS]) {
    const before = { ...catalog.asked };
    const { data } = await catalog.ask(whole, { first }, SHOPPER);
    const { edges } = data.products as { edges: { node: { category: object | null; wished: boolean } }[] };
    expect(edges).toHaveLength(first);
    expect(edges.filter(({ node }) => node.category !== null)).toHaveLength(first);
    expect(edges.filter(({ node }) => node.wished)).toHaveLength(1);
    // The page and its count, and what its parts cost.
    expect(since(before)).toEqual(sumOf([{ statements: 2 }, ...PARTS.map(([, , cost]) => cost)]));
  }
});

test.each(PARTS)('%s costs what it costs, for a whole list', async (_, selection, cost) => {
  const before = { ...catalog.asked };
  await catalog.ask(`{ products { edges { node { ${selection} } } } }`, {}, SHOPPER);
  expect(since(before)).toEqual(sumOf([{ statements: 1 }, cost]));
});

test('what nobody can have wished for costs nothing', async () => {
  const before = { ...catalog.asked };
  const { data } = await catalog.ask('{ products { edges { node { wished } } } }');
  const { edges } = data.products as { edges: { node: { wished: boolean } }[] };
  expect(edges.filter(({ node }) => node.wished)).toEqual([]);
  expect(since(before)).toEqual(sumOf([{ statements: 1 }]));
});

test('products are counted only for who asks, and once', async () => {
  const before = { ...catalog.asked };
  await catalog.ask('{ products { edges { cursor } } }');
  expect(since(before)).toEqual(sumOf([{ statements: 1 }]));
  const { data } = await catalog.ask('{ products { a: totalCount b: totalCount } }');
  expect(data.products).toEqual({ a: PRODUCTS, b: PRODUCTS });
  expect(since(before)).toEqual(sumOf([{ statements: 3 }]));
});

type Asked = CatalogUnderTest['asked'];
const sumOf = (costs: Partial<Asked>[]) =>
  Object.fromEntries(
    (Object.keys(catalog.asked) as (keyof Asked)[]).map((kind) => [
      kind,
      costs.reduce((sum, cost) => sum + (cost[kind] ?? 0), 0),
    ]),
  );
const since = (before: Asked) =>
  Object.fromEntries(
    (Object.keys(before) as (keyof Asked)[]).map((kind) => [kind, catalog.asked[kind] - before[kind]]),
  );

test('references of many products are one statement', async () => {
  const before = catalog.asked.statements;
  const representations = [...listed, randomUUID(), 'no id'].map((id) => ({ __typename: 'Product', id }));
  const { data } = await catalog.ask(
    'query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Product { id } } }',
    { representations },
  );
  expect(data._entities).toEqual([...listed.map((id) => ({ id })), null, null]);
  expect(catalog.asked.statements).toBe(before + 1);
});

test('the clock is that of Redis', async () => {
  const { data } = await catalog.ask('{ serverTime }');
  expect(Math.abs(Date.parse(data.serverTime) - (await catalog.inventory.now()))).toBeLessThan(5_000);
});
