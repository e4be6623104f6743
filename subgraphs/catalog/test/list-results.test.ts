import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { listProducts } from '../src/browse/list-products.js';
import { openTestDatabase, type TestDatabase } from '@stampede/shared/testing';
import { CASES, NAIVE_ORDER, SORTS } from './list-cases.js';
import { loadManyProducts } from './many-products.js';
import { MIGRATIONS } from './open-catalog.js';

let catalog: TestDatabase;
beforeAll(async () => {
  catalog = await openTestDatabase('catalog', MIGRATIONS);
  await loadManyProducts(catalog.url, 3_000);
});
afterAll(() => catalog[Symbol.asyncDispose]());

describe.each(CASES)('a list by %s', (_, filter, naive) => {
  test.each(SORTS)('has in the order %s, page after page, what a plain statement finds', async (sort) => {
    const expected = await catalog.database.query<{ id: string }>(
      `SELECT id FROM product WHERE ${naive} ORDER BY ${NAIVE_ORDER[sort]} LIMIT 250`,
    );
    const found: string[] = [];
    let after: string | null = null;
    do {
      const { edges, pageInfo } = await listProducts(catalog.database, { first: 100, after, filter, sort });
      found.push(...edges.map(({ node }) => node.id));
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after !== null && found.length < 250);
    expect(found.slice(0, 250)).toEqual(expected.map(({ id }) => id));
  });

  test('has as many as it says', async () => {
    const [expected] = await catalog.database.query<{ count: number }>(
      `SELECT count(*) AS count FROM product WHERE ${naive}`,
    );
    const { totalCount } = await listProducts(catalog.database, {
      first: 0,
      after: null,
      filter,
      sort: SORTS[0]!,
    });
    expect(await (totalCount as () => Promise<number>)()).toBe(expected!.count);
  });
});
