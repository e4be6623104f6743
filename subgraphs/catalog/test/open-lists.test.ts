import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Database } from '@stampede/shared/database';
import { maskErrors } from '@stampede/shared/errors';
import { openLog } from '@stampede/shared/telemetry';
import { openTestDatabase, type TestDatabase } from '@stampede/shared/testing';
import { listProducts } from '../src/browse/list-products.js';
import { openLists } from '../src/browse/open-lists.js';
import { ProductSort } from '../src/browse/product-sort.js';
import { MIGRATIONS } from './open-catalog.js';

const log = openLog('catalog', 'silent');
let catalog: TestDatabase;
let lists: Database;
beforeAll(async () => {
  catalog = await openTestDatabase('catalog', MIGRATIONS);
  lists = openLists({ url: catalog.url, schema: 'catalog', log }, 100);
});
afterAll(async () => {
  await lists.close();
  await catalog[Symbol.asyncDispose]();
});

test('a list that takes too long is ended, and may be asked for again', async () => {
  const list = () => listProducts(lists, { first: 20, after: null, filter: {}, sort: ProductSort.NEWEST });
  await catalog.database.transaction('test', async (tx) => {
    await tx.run('LOCK TABLE product');
    const error = await list().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(maskErrors(log)({ message: '' }, error)).toMatchObject({
      extensions: { code: 'SERVICE_UNAVAILABLE', retryAfterMs: 1_000 },
    });
  });
  expect((await list()).edges).toEqual([]);
});

test('lists have a second, on five connections of their own', async () => {
  const own = openLists({ url: catalog.url, schema: 'catalog', log });
  try {
    const timeout = () =>
      own.query<{ setting: string }>(`SELECT current_setting('statement_timeout') AS setting`);
    expect(await timeout()).toEqual([{ setting: '1s' }]);
    const ids = await Promise.all(
      Array.from({ length: 10 }, () =>
        own.query<{ id: number }>('SELECT pg_backend_pid() AS id FROM pg_sleep(0.01)'),
      ),
    );
    expect(new Set(ids.map(([row]) => row!.id)).size).toBe(5);
  } finally {
    await own.close();
  }
});
