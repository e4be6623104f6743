import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  BUYERS,
  LIST,
  openHistory,
  person,
  PRODUCTS,
  SELLERS,
  STATUSES,
  type History,
  type Placed,
} from './history.fixture.js';

let history: History;
const placed: Placed[] = [];
beforeAll(async () => {
  history = await openHistory();
  const baskets = [[0], [2], [0, 1], [0, 2], [1, 2, 3]];
  for (let index = 0; index < 60; index += 1) {
    placed.push(
      await history.place({
        buyer: index % 2,
        status: STATUSES[index % 3]!,
        products: baskets[index % 5]!,
        // Two at a time, so that the id decides as well.
        placedAt: new Date(Date.UTC(2026, 0, 1) + Math.floor(index / 2) * 60_000),
      }),
    );
  }
});
afterAll(() => history[Symbol.asyncDispose]());

const newestFirst = (a: Placed, b: Placed) =>
  b.placedAt.getTime() - a.placedAt.getTime() || (a.id < b.id ? 1 : -1);
const sellersOf = ({ products }: Placed) => products.map((index) => PRODUCTS[index]!.seller);

const OPERATOR = person('OPERATOR');
const SCOPES = {
  BOUGHT: { who: person('BUYER', BUYERS[0]), has: ({ buyer }: Placed) => buyer === BUYERS[0] },
  SOLD: {
    who: person('SELLER', SELLERS[0]),
    has: (order: Placed) => sellersOf(order).includes(SELLERS[0]),
  },
  ALL: { who: OPERATOR, has: () => true },
};
/** Of the fourth basket: of both sellers, of the first buyer. */
const ONE = 18;
const PARTS: [part: string, of: () => unknown, leaves: (order: Placed) => boolean][] = [
  ['status', () => STATUSES[0], ({ status }) => status === STATUSES[0]],
  ['number', () => placed[ONE]!.number, ({ number }) => number === placed[ONE]!.number],
  ['productId', () => PRODUCTS[0]!.id.toUpperCase(), ({ products }) => products.includes(0)],
  ['buyerId', () => BUYERS[0].toUpperCase(), ({ buyer }) => buyer === BUYERS[0]],
];
const FILTERS = Array.from({ length: 2 ** PARTS.length }, (_, set) =>
  PARTS.filter((_, index) => (set >> index) & 1),
).map((parts) => [parts.map(([part]) => part).join(' and ') || 'nothing', parts] as const);

describe.each(Object.entries(SCOPES))('%s', (scope, { who, has }) => {
  test.each(FILTERS)('filtered by %s has, page after page, the newest first', async (_, parts) => {
    const filter = Object.fromEntries(parts.map(([part, of]) => [part, of()]));
    const expected = placed
      .filter((order) => has(order) && parts.every(([, , leaves]) => leaves(order)))
      .toSorted(newestFirst)
      .map(({ id }) => id);
    expect(expected).not.toHaveLength(0);
    expect(await history.lists(who, { scope, filter })).toEqual(expected);
    const count =
      'query ($scope: OrderScope, $filter: OrderFilter) { orders(scope: $scope, filter: $filter, first: 0) { totalCount } }';
    const { page } = await history.ask(who, count, { scope, filter });
    expect(page.totalCount).toBe(expected.length);
  });
});

test('a part that is null, and a filter that is, are as if left out', async () => {
  const { who } = SCOPES.BOUGHT;
  const all = await history.lists(who, {});
  const nulls = { status: null, number: null, productId: null, buyerId: null };
  expect(all).toHaveLength(30);
  for (const args of [{ filter: null }, { filter: {} }, { filter: nulls }, { scope: null, filter: nulls }])
    expect(await history.lists(who, args)).toEqual(all);
});

test('a seller asking for another’s product, and a buyer for another’s orders, find none', async () => {
  const filters = [{ productId: PRODUCTS[2]!.id }, { productId: randomUUID() }, { buyerId: randomUUID() }];
  for (const filter of filters)
    expect(await history.lists(SCOPES.SOLD.who, { scope: 'SOLD', filter })).toEqual([]);
  expect(await history.lists(SCOPES.BOUGHT.who, { filter: { buyerId: BUYERS[1] } })).toEqual([]);
  const theirs = placed.find(({ buyer }) => buyer === BUYERS[1])!;
  expect(await history.lists(SCOPES.BOUGHT.who, { filter: { number: theirs.number } })).toEqual([]);
  const count = 'query ($id: ID) { orders(filter: { buyerId: $id }) { totalCount } }';
  expect((await history.ask(SCOPES.BOUGHT.who, count, { id: BUYERS[1] })).page).toEqual({ totalCount: 0 });
});

test.each(Object.entries(SCOPES))(
  'what is placed meanwhile moves nothing on the pages of %s',
  async (scope, { who }) => {
    const before = await history.lists(who, { scope });
    const found: string[] = [];
    const added: string[] = [];
    let after: string | null = null;
    for (let more = true; more;) {
      const { page } = await history.ask(who, LIST, { scope, first: 7, after });
      found.push(...page.edges.map(({ node }) => node.id));
      after = page.pageInfo.endCursor;
      more = page.pageInfo.hasNextPage;
      added.unshift((await history.place({ products: [0, 1] })).id);
    }
    expect(found).toEqual(before);
    expect(await history.lists(who, { scope })).toEqual([...added, ...before]);
  },
);

test('one filter’s cursor goes on in time under another', async () => {
  const { who } = SCOPES.BOUGHT;
  const all = await history.lists(who, {});
  const { page } = await history.ask(who, LIST, { first: 10, filter: { status: STATUSES[2] } });
  const { cursor, node } = page.edges.at(-1)!;
  const next = await history.ask(who, LIST, { first: 100, after: cursor });
  expect(next.page.edges.map(({ node }) => node.id)).toEqual(all.slice(all.indexOf(node.id) + 1));
  expect(next.page.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
});

test('orders are counted once when that is asked for, and not otherwise', async () => {
  const counting = () => history.statements.filter((text) => text.includes('count(')).length;
  for (const [selected, counts] of [
    ['edges { cursor }', 0],
    ['totalCount', 1],
    ['a: totalCount b: totalCount edges { cursor }', 1],
  ] as const) {
    history.statements.length = 0;
    await history.ask(OPERATOR, `{ orders(scope: ALL) { ${selected} } }`);
    expect(counting()).toBe(counts);
  }
});

const cursorOf = (...keys: unknown[]) => Buffer.from(JSON.stringify(keys)).toString('base64url');
const AT = '2026-01-01T00:00:00.000000Z';
test.each([
  ['a page of more than 100', { first: 101 }, ['first']],
  ['a page of less than none', { first: -1 }, ['first']],
  ['a cursor of another scope', { after: cursorOf('orders:ALL', AT, randomUUID()) }, ['after']],
  ['a cursor of nothing', { after: '' }, ['after']],
  [
    'a cursor of no day',
    { after: cursorOf('orders:BOUGHT', '2026-02-31T00:00:00.000000Z', randomUUID()) },
    ['after'],
  ],
  ['a cursor of no id', { after: cursorOf('orders:BOUGHT', AT, 'none') }, ['after']],
  ['no number', { filter: { number: '' } }, ['filter.number']],
  ['half a number', { filter: { number: '0100' } }, ['filter.number']],
  ['a number with a letter that none has', { filter: { number: '0100-000U' } }, ['filter.number']],
  ['a number that nothing counts', { filter: { number: 'Z'.repeat(11) } }, ['filter.number']],
  ['a long text', { filter: { number: '0'.repeat(100_000) } }, ['filter.number']],
  ['a text that no database keeps', { filter: { number: '0100-000\0' } }, ['filter.number']],
  ['a product of no id', { filter: { productId: 'none' } }, ['filter.productId']],
  ['a buyer of no id', { filter: { buyerId: '' } }, ['filter.buyerId']],
  [
    'much at once',
    { filter: { number: '?', productId: '-'.repeat(36), buyerId: '7' } },
    ['filter.number', 'filter.productId', 'filter.buyerId'],
  ],
])('%s is refused, by name', async (_, args, paths) => {
  const { error } = await history.ask(SCOPES.BOUGHT.who, LIST, args);
  expect(error).toMatchObject({ code: 'BAD_USER_INPUT', fields: paths.map((path) => ({ path })) });
});

test('of a mixed basket a seller sees their own lines; buyer, operator and services see all', async () => {
  const { id } = placed[4]!;
  const lines = `query ($scope: OrderScope, $number: String) {
    orders(scope: $scope, filter: { number: $number }) { edges { node { id lines { productId } } } } }`;
  const seen = async (who: Parameters<History['ask']>[0], scope: string) => {
    const { page } = await history.ask(who, lines, { scope, number: placed[4]!.number });
    expect(page.edges.map(({ node }) => node.id)).toEqual([id]);
    return page.edges[0]!.node.lines?.map(({ productId }) => productId).toSorted();
  };
  const products = (...indices: number[]) => indices.map((index) => PRODUCTS[index]!.id).toSorted();
  expect(await seen(person('SELLER', SELLERS[0]), 'SOLD')).toEqual(products(1));
  expect(await seen(person('SELLER', SELLERS[1]), 'SOLD')).toEqual(products(2, 3));
  expect(await seen(person('BUYER', BUYERS[0]), 'BOUGHT')).toEqual(products(1, 2, 3));
  expect(await seen(person('SELLER', BUYERS[0]), 'BOUGHT')).toEqual(products(1, 2, 3));
  expect(await seen(OPERATOR, 'ALL')).toEqual(products(1, 2, 3));
  const order = await history.reader.visible(id, OPERATOR);
  expect(await history.reader.lines(order!, { kind: 'service', service: 'user' })).toHaveLength(3);
  expect(await history.reader.lines(order!, { kind: 'anonymous' })).toEqual([]);
});
