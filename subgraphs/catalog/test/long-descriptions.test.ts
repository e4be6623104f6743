import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openTestDatabase, type TestDatabase } from '@stampede/shared/testing';
import { conditionsOf } from '../src/browse/conditions.js';
import { pageStatement } from '../src/browse/list-statements.js';
import { CASES, SORTS } from './list-cases.js';
import { loadManyProducts, LONG } from './many-products.js';
import { MIGRATIONS } from './open-catalog.js';

const PRODUCTS = 10_000;
let catalog: TestDatabase;
beforeAll(async () => {
  catalog = await openTestDatabase('catalog', MIGRATIONS);
  await loadManyProducts(catalog.url, PRODUCTS, LONG);
}, 180_000);
afterAll(() => catalog[Symbol.asyncDispose]());

interface Plan {
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  Plans?: Plan[];
}

/** Products that a plan has looked at. */
function rowsRead(plan: Plan): number {
  const below = (plan.Plans ?? []).reduce((sum, part) => sum + rowsRead(part), 0);
  if (plan['Relation Name'] === undefined) return below;
  const { 'Rows Removed by Filter': unfit = 0, 'Rows Removed by Index Recheck': unmet = 0 } = plan;
  return below + (plan['Actual Rows'] + unfit + unmet) * plan['Actual Loops'];
}

test('the planner knows which words are in many products', async () => {
  const [known] = await catalog.database.query<{ values: number }>(
    `SELECT cardinality(histogram_bounds::text::text[]) AS values FROM pg_stats
     WHERE tablename = 'product' AND attname = 'search_text'`,
  );
  expect(known).toEqual({ values: 101 });
});

describe.each(CASES.filter(([, { search }]) => search))(
  'with long descriptions, a page of products by %s',
  (_, filter) => {
    const conditions = conditionsOf(filter)!;

    test.each(SORTS)('is found in the order %s by a look at few products', async (sort) => {
      const { text, values } = pageStatement({ conditions, sort, after: null, limit: 101 });
      const [row] = await catalog.database.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
        `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${text}`,
        values,
        { prepared: false },
      );
      expect(rowsRead(row!['QUERY PLAN'][0].Plan)).toBeLessThan(PRODUCTS / 4);
    });
  },
);
