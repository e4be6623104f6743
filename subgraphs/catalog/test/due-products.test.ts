import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openTestDatabase, type TestDatabase } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { createProduct } from '../src/create-product/create-product.js';
import { openDueProducts } from '../src/stock-mirror/due-products.js';
import { MIGRATIONS, productInput } from './open-catalog.js';

const PRODUCTS = 1_250;
let own: TestDatabase;
/** All of them, in the order of the sweep. */
let all: string[];
beforeAll(async () => {
  own = await openTestDatabase('catalog', MIGRATIONS);
  const sellerId = randomUUID();
  await createProduct(own.database, sellerId, productInput());
  await own.database.run(
    `INSERT INTO product (id, seller_id, name, description, brands, images, price, refund_tiers, opens_at, closes_at,
       limit_per_buyer, hold_minutes, total)
     SELECT gen_random_uuid(), seller_id, name, description, brands, images, price, refund_tiers, opens_at, closes_at,
       limit_per_buyer, hold_minutes, total FROM product, generate_series(2, ${PRODUCTS})`,
  );
  all = (await own.database.query<{ id: string }>('SELECT id FROM product ORDER BY id')).map(({ id }) => id);
});
afterAll(() => own[Symbol.asyncDispose]());

test('a quiet second looks at 200 products, and comes round to each', async () => {
  const due = openDueProducts(own.database);
  const pages: number[] = [];
  const swept: string[] = [];
  for (let second = 0; second < 7; second += 1) {
    const { ids, isMore } = await due.take();
    expect(isMore).toBe(false);
    pages.push(ids.length);
    swept.push(...ids);
  }
  expect(pages).toEqual([200, 200, 200, 200, 200, 200, 50]);
  expect(swept).toEqual(all);
  expect((await due.take()).ids).toEqual(all.slice(0, 200));
});

test('what has changed comes first of all, once, beside the sweep', async () => {
  const due = openDueProducts(own.database);
  for (const id of [all[700]!, all[3]!, all[700]!]) due.add(id);
  expect((await due.take()).ids).toEqual([...all.slice(0, 200), all[700]]);
  expect((await due.take()).ids).toEqual(all.slice(200, 400));
});

test('more changes than one look takes follow at once', async () => {
  const due = openDueProducts(own.database);
  for (const id of all) due.add(id);
  const first = await due.take();
  expect([first.ids.length, first.isMore]).toEqual([1_200, true]);
  const second = await due.take();
  expect(second.isMore).toBe(false);
  expect(new Set([...first.ids, ...second.ids])).toEqual(new Set(all));
});

test('when everything may have changed, all of it is looked at without a pause', async () => {
  const due = openDueProducts(own.database);
  await due.take();
  due.addEverything();
  const first = await due.take();
  expect([first.ids, first.isMore]).toEqual([all.slice(0, 1_000), true]);
  // Again, in the midst: it begins anew.
  const [second] = await Promise.all([due.take(), Promise.resolve().then(due.addEverything)]);
  expect([second.ids, second.isMore]).toEqual([all.slice(1_000), true]);
  const again = [await due.take(), await due.take()];
  expect(again.flatMap(({ ids }) => ids)).toEqual(all);
  expect(again.map(({ isMore }) => isMore)).toEqual([true, false]);
});

test('more changed products than are kept count as everything', async () => {
  const due = openDueProducts(own.database);
  await due.take();
  for (let count = 0; count <= 10_000; count += 1) due.add(randomUUID());
  const { ids, isMore } = await due.take();
  expect(ids).toHaveLength(1_001);
  expect(ids.slice(0, 1_000)).toEqual(all.slice(0, 1_000));
  expect(isMore).toBe(true);
  expect(await due.take()).toEqual({ ids: all.slice(1_000), isMore: false });
});

test('a sale that has been over for a day is swept no more', async () => {
  const over = all.slice(0, 2);
  await own.database.run(
    `UPDATE product SET closes_at = now() - interval '25 hours', opens_at = now() - interval '2 days' WHERE id = $1`,
    [over[0]],
  );
  await own.database.run(
    `UPDATE product SET closes_at = now() - interval '23 hours', opens_at = now() - interval '2 days' WHERE id = $1`,
    [over[1]],
  );
  const due = openDueProducts(own.database);
  expect((await due.take()).ids).toEqual(all.slice(1, 200));
  // What changes all the same is looked at.
  due.add(over[0]!);
  expect((await due.take()).ids).toEqual([...all.slice(200, 400), over[0]]);
});
