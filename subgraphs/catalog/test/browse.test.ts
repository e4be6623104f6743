import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { encodeCursor } from '@stampede/shared/graphql';
import { randomUUID } from 'node:crypto';
import { openCatalog, type CatalogUnderTest } from './open-catalog.js';

const PRODUCTS = 7;
let catalog: CatalogUnderTest;
/** As the list gives them. */
let listed: string[];
beforeAll(async () => {
  catalog = await openCatalog();
  const made = [];
  for (let index = 0; index < PRODUCTS; index += 1) made.push((await catalog.create()).id);
  // Three in the same instant, three that differ by a microsecond, and one far off.
  const instants = [
    '12.000000',
    '12.000000',
    '12.000000',
    '12.000001',
    '12.000002',
    '12.000003',
    '59.999999',
  ];
  for (const [index, id] of made.entries()) {
    await catalog.database.run('UPDATE product SET opens_at = $2::timestamptz WHERE id = $1', [
      id,
      `2026-02-01T00:00:${instants[index]}Z`,
    ]);
    await catalog.load(id);
  }
  listed = [...made.slice(3).toReversed(), ...made.slice(0, 3).toSorted().toReversed()];
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

test.each([1, 2, 3, PRODUCTS, 100])('pages of %i show every product once, in one order', async (first) => {
  const seen: string[] = [];
  let after: string | null = null;
  for (;;) {
    const { data, errors } = await page(first, after);
    expect(errors).toBeUndefined();
    const { pageInfo, edges, totalCount } = data.products;
    expect(totalCount).toBe(PRODUCTS);
    expect(pageInfo).toMatchObject({ startCursor: edges[0].cursor, endCursor: edges.at(-1).cursor });
    expect(pageInfo.hasPreviousPage).toBe(after !== null);
    seen.push(...idsOf(data.products));
    expect(pageInfo.hasNextPage).toBe(seen.length < PRODUCTS);
    if (!pageInfo.hasNextPage) break;
    after = pageInfo.endCursor;
  }
  expect(seen).toEqual(listed);
});

test('what opens meanwhile moves nothing on the pages to come', async () => {
  const { data } = await page(3);
  const late = await catalog.create({ opensAt: new Date('2026-05-01T00:00:00Z') });
  const next = await page(3, data.products.pageInfo.endCursor);
  expect(idsOf(next.data.products)).toEqual(listed.slice(3, 6));
  await catalog.database.run('DELETE FROM product WHERE id = $1', [late.id]);
});

test('a page of none says what there is, and 20 are a page by default', async () => {
  const { data } = await page(0);
  expect(data.products).toEqual({
    totalCount: PRODUCTS,
    edges: [],
    pageInfo: { hasNextPage: true, hasPreviousPage: false, startCursor: null, endCursor: null },
  });
  expect(idsOf((await page(null)).data.products)).toEqual(listed);
});

test.each([-1, 101, 2_147_483_647])('refuses a page of %i', async (first) => {
  expect((await page(first)).errors).toMatchObject([
    { extensions: { code: 'BAD_USER_INPUT', fields: [{ path: 'first' }] } },
  ]);
});

const UUID = randomUUID();
const TIME = '2026-02-01T00:00:12.000000Z';
test.each([
  ['nothing', ''],
  ['no base64', '%%%'],
  ['no JSON', Buffer.from('[').toString('base64url')],
  ['no list', Buffer.from('{"0":"products"}').toString('base64url')],
  ['another list’s', encodeCursor('orders:ALL', TIME, UUID)],
  ['too few keys', encodeCursor('products', TIME)],
  ['too many keys', encodeCursor('products', TIME, UUID, 1)],
  ['numbers', encodeCursor('products', 1, 2)],
  ['no time', encodeCursor('products', 'yesterday', UUID)],
  ['a time as only JavaScript reads it', encodeCursor('products', 'Sat Feb 01 2026 00:00:00 GMT+0000', UUID)],
  ['a year that PostgreSQL does not have', encodeCursor('products', '-271821-04-20T00:00:00.000000Z', UUID)],
  ['a year 0', encodeCursor('products', '0000-02-01T00:00:00.000000Z', UUID)],
  ['a day that is not', encodeCursor('products', '2026-02-31T00:00:00.000000Z', UUID)],
  ['an hour that is not', encodeCursor('products', '2026-02-01T25:00:00.000000Z', UUID)],
  ['no id', encodeCursor('products', TIME, '')],
  ['an id of dashes', encodeCursor('products', TIME, '-'.repeat(36))],
  ['SQL', encodeCursor('products', TIME, `${UUID}'; DROP TABLE product; --`)],
])('refuses a cursor of %s', async (_, after) => {
  const { data, errors } = await page(3, after);
  expect(data).toBeNull();
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', fields: [{ path: 'after' }] } }]);
});

test('a list costs the same statements and round trips, however long it is', async () => {
  const whole = `query ($first: Int) { products(first: $first) { edges { node {
    id name price { amount } seller { id } sale { phase opensAt } stock { total available held sold asOf } } } } }`;
  for (const first of [1, PRODUCTS]) {
    const before = { ...catalog.asked };
    const { data } = await catalog.ask(whole, { first });
    expect(data.products.edges).toHaveLength(first);
    expect(catalog.asked).toEqual({
      // The page and its count.
      statements: before.statements + 2,
      stock: before.stock + 1,
      clock: before.clock + 1,
      rebuilds: before.rebuilds,
    });
  }
});

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
