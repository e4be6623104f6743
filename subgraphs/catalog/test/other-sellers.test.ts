import { expect, test } from '@jest/globals';
import type { Database } from '@stampede/shared/database';
import { openTestDatabase } from '@stampede/shared/testing';
import { openOtherSellers } from '../src/price-comparison/other-sellers.js';
import { MIGRATIONS } from './open-catalog.js';

test('a hundred products are compared with other sellers in four statements', async () => {
  await using place = await openTestDatabase('catalog', MIGRATIONS);
  let transactions = 0;
  const database: Database = {
    ...place.database,
    transaction: (work) => {
      transactions += 1;
      return place.database.transaction(work);
    },
  };
  const sellers = openOtherSellers(database, 'https://shop.test');
  const sellerId = '00000000-0000-4000-8000-000000000001';
  const names = Array.from({ length: 100 }, (_, index) => `Name ${index}`);
  const answers = await Promise.all(names.map((name) => sellers.answer({ id: name, name, sellerId })));
  for (const answer of answers) expect(answer).toMatchObject({ offers: [], degraded: false });
  expect(transactions).toBe(4);
});
