import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openTestDatabase, type TestDatabase } from '@stampede/shared/testing';
import { conditionsOf } from '../src/browse/conditions.js';
import { listProducts } from '../src/browse/list-products.js';
import { countStatement, pageStatement, type Statement } from '../src/browse/list-statements.js';
import { productCursor } from '../src/browse/page-order.js';
import type { ProductSort } from '../src/browse/product-sort.js';
import { CASES, SORTS } from './list-cases.js';
import { loadManyProducts } from './many-products.js';
import { MIGRATIONS } from './open-catalog.js';

let catalog: TestDatabase;
/** In each order, cursors near the start and from the middle of all. */
const cursors = new Map<ProductSort, string[]>();
beforeAll(async () => {
  catalog = await openTestDatabase('catalog', MIGRATIONS);
  await loadManyProducts(catalog.url, 100_000);
  for (const sort of SORTS) cursors.set(sort, [await cursorAt(sort, 100), await cursorAt(sort, 50_000)]);
}, 180_000);
afterAll(() => catalog[Symbol.asyncDispose]());

/** As the service sends it. */
const send = <Row extends object>({ text, values }: Statement) =>
  catalog.database.query<Row>(text, values, { prepared: false });

async function cursorAt(sort: ProductSort, rows: number): Promise<string> {
  const { text, values } = pageStatement({ conditions: [], sort, after: null, limit: rows });
  const [last] = await send<{ id: string; cursor_keys: string[] }>({
    text: `SELECT id, cursor_keys FROM (${text}) AS page OFFSET ${rows - 1}`,
    values,
  });
  return productCursor(sort, last!.cursor_keys, last!.id);
}

interface Plan {
  'Node Type': string;
  'Index Name'?: string;
  'Relation Name'?: string;
  Plans?: Plan[];
}
const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

/** How a statement with these values gets at products. */
async function waysOf({ text, values }: Statement): Promise<string[]> {
  const [row] = await send<{ 'QUERY PLAN': [{ Plan: Plan }] }>({
    text: `EXPLAIN (FORMAT JSON) ${text}`,
    values,
  });
  return nodesOf(row!['QUERY PLAN'][0].Plan)
    .filter((node) => node['Relation Name'] ?? node['Index Name'])
    .map((node) => node['Node Type']);
}

const BY_AN_INDEX = ['Bitmap Heap Scan', 'Bitmap Index Scan', 'Index Only Scan', 'Index Scan'];
const expectAnIndex = async (statement: Statement) => {
  const ways = await waysOf(statement);
  expect(ways).not.toHaveLength(0);
  expect(BY_AN_INDEX).toEqual(expect.arrayContaining(ways));
};

const NOT_LOOKED_FOR = ['unknown letters', 'unknown letters but the first', 'an unknown letter'];

test.each(CASES.filter(([name]) => NOT_LOOKED_FOR.includes(name)))(
  'by %s nothing is read',
  async (_, filter) => {
    const conditions = conditionsOf(filter)!;
    expect(await waysOf(countStatement(conditions))).toEqual([]);
    for (const sort of SORTS)
      expect(await waysOf(pageStatement({ conditions, sort, after: null, limit: 101 }))).toEqual([]);
  },
);

const LOOKED_FOR = CASES.filter(([name]) => !NOT_LOOKED_FOR.includes(name));

describe.each(LOOKED_FOR)('of 100,000 products a list by %s', (name, filter) => {
  const conditions = conditionsOf(filter)!;

  test.each(SORTS)('is found by an index in the order %s, wherever a page begins', async (sort) => {
    for (const after of [null, ...cursors.get(sort)!])
      await expectAnIndex(pageStatement({ conditions, sort, after, limit: 101 }));
  });

  test('is counted by an index', async () => {
    const statement = countStatement(conditions);
    if (name.includes('what most have')) {
      // Reading them all is less than reading them all and an index.
      expect(await waysOf(statement)).toEqual(['Seq Scan']);
    } else await expectAnIndex(statement);
  });
});

test('statements of lists are planned for what they look for, never prepared for anything', async () => {
  // A plan for anything takes every word for one that few products have, and sorts all that have it.
  const request = { first: 20, after: null, filter: { search: '운동화' }, sort: SORTS[0]! };
  for (let time = 0; time < 6; time += 1) {
    const { totalCount } = await listProducts(catalog.database, request);
    await (totalCount as () => Promise<number>)();
  }
  const prepared = await catalog.database.query(
    'SELECT statement FROM pg_prepared_statements WHERE statement ~ $1',
    ['cursor_keys|count'],
  );
  expect(prepared).toEqual([]);
});
