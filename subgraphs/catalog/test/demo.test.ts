import { expect, test } from '@jest/globals';
import type { Database } from '@stampede/shared/database';
import { openTestDatabase } from '@stampede/shared/testing';
import { DEMO_SELLER, seedDemoProducts } from '../src/demo/seed-demo-products.js';
import { MIGRATIONS } from './open-catalog.js';

const DAY_MS = 24 * 60 * 60_000;

test('the demo’s products are made once, two catalogs at once or not, and move with each start', async () => {
  await using house = await openTestDatabase('catalog', MIGRATIONS);
  const { database } = house;
  const products = () =>
    database.query<{ id: string; key: string; version: number; opens_at: Date; used_on: Date | null }>(
      `SELECT product.id, idempotency_key AS key, version, opens_at, used_on, seller_id, category.name AS category,
         cardinality(brands) AS brands
       FROM product JOIN category ON category.id = category_id ORDER BY idempotency_key`,
    );
  const pausedOnes = async () => (await database.query('SELECT 1 FROM product WHERE paused')).length;
  const first = Date.now();
  await Promise.all([seedDemoProducts(database, first), seedDemoProducts(database, first)]);
  const made = await products();
  expect(made).toHaveLength(6);
  expect(made).toContainEqual(
    expect.objectContaining({
      key: 'demo-collaboration',
      category: 'Clothing',
      brands: 2,
      version: 1,
      seller_id: DEMO_SELLER,
    }),
  );
  await database.run('UPDATE product SET paused = true');
  await seedDemoProducts(database, first);
  expect(await products()).toEqual(made);
  expect(await pausedOnes()).toBe(6);

  await seedDemoProducts(database, first + DAY_MS);
  const later = (at: Date | null) => at && new Date(at.getTime() + DAY_MS);
  expect(await products()).toEqual(
    made.map((product) => ({
      ...product,
      version: 2,
      opens_at: later(product.opens_at),
      used_on: later(product.used_on),
    })),
  );
  expect(await pausedOnes()).toBe(0);
});

test('catalogs that were started at different instants make the demo’s products together', async () => {
  await using house = await openTestDatabase('catalog', MIGRATIONS);
  const { database } = house;
  // Neither finds a product before both have looked for it.
  const looked = new Map<string, () => void>();
  const inStep: Database = {
    ...database,
    query: async (...statement) => {
      const rows = await database.query(...statement);
      const [text, values] = statement;
      if (!text.startsWith('SELECT id FROM product') || rows.length > 0) return rows as never;
      const key = String(values?.[1]);
      const other = looked.get(key);
      if (other) other();
      else await new Promise<void>((resolve) => looked.set(key, resolve));
      return rows as never;
    },
  };
  const now = Date.now();
  await Promise.all([seedDemoProducts(inStep, now), seedDemoProducts(inStep, now + 1)]);
  expect(looked.size).toBe(6);
  expect(await database.query('SELECT 1 FROM product')).toHaveLength(6);
});
