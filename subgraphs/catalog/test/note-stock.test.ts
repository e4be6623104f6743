import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openTestDatabase, type TestDatabase } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { createProduct } from '../src/create-product/create-product.js';
import { noteSoldOut, noteStock, type Look } from '../src/stock-mirror/note-stock.js';
import { MIGRATIONS, productInput } from './open-catalog.js';

let test_: TestDatabase;
beforeAll(async () => {
  test_ = await openTestDatabase('catalog', MIGRATIONS);
});
afterAll(() => test_[Symbol.asyncDispose]());

const NOON = Date.parse('2026-03-01T12:00:00Z');
const create = async () => (await createProduct(test_.database, randomUUID(), productInput())).id;
/** A look at a product of ten units, at so many milliseconds after noon. */
const look = (productId: string, at: number, available: number, soldOutAt: number | null = null): Look => ({
  productId,
  total: 10,
  available,
  held: 10 - available,
  sold: 0,
  asOf: NOON + at,
  soldOutAt: soldOutAt === null ? null : NOON + soldOutAt,
});
const note = (...looks: Look[]) => noteStock(test_.database, looks);

async function seen(id: string) {
  const [row] = await test_.database.query<{ available: number; as_of: Date; sold_out_at: Date | null }>(
    'SELECT available, as_of, sold_out_at FROM stock_seen WHERE product_id = $1',
    [id],
  );
  if (!row) return undefined;
  const after = (at: Date) => at.getTime() - NOON;
  return {
    available: row.available,
    at: after(row.as_of),
    soldOutAt: row.sold_out_at && after(row.sold_out_at),
  };
}
const points = async (id: string) =>
  (
    await test_.database.query<{ at: Date; available: number; decisions: number }>(
      'SELECT at, available, decisions FROM sale_point WHERE product_id = $1 ORDER BY at',
      [id],
    )
  ).map(({ at, available, decisions }) => [at.getTime() - NOON, available, decisions]);

test('the newer look wins, in whatever order they come', async () => {
  const id = await create();
  await note(look(id, 2_000, 5));
  await note(look(id, 1_000, 7));
  expect(await seen(id)).toMatchObject({ available: 5, at: 2_000 });
  expect(await points(id)).toEqual([[2_000, 5, 0]]);
});

test('what was noted by a clock that was ahead gives way to any look, whether it differs or not', async () => {
  const [differs, stands] = [await create(), await create()];
  const now = Date.now() - NOON;
  await note(look(differs, now + 300_000, 5), look(stands, now + 300_000, 5));
  await note(look(differs, now, 7), look(stands, now, 5));
  expect(await seen(differs)).toMatchObject({ available: 7, at: now });
  expect(await seen(stands)).toMatchObject({ available: 5, at: now });
});

test('a look that says nothing new is noted once a minute, and makes no point', async () => {
  const id = await create();
  await note(look(id, 0, 5));
  await note(look(id, 60_000, 5));
  expect((await seen(id))?.at).toBe(0);
  await note(look(id, 60_001, 5));
  expect((await seen(id))?.at).toBe(60_001);
  expect(await points(id)).toEqual([[0, 5, 0]]);
});

test('a second has one point, the newest, beside what else is counted of it', async () => {
  const id = await create();
  await test_.database.run(
    `INSERT INTO sale_point (product_id, at, decisions) VALUES ($1, to_timestamp($2), 3)`,
    [id, NOON / 1_000 + 1],
  );
  await note(look(id, 1_100, 9));
  await note(look(id, 1_900, 4));
  await note(look(id, 2_000, 3));
  expect(await points(id)).toEqual([
    [1_000, 4, 3],
    [2_000, 3, 0],
  ]);
});

test('keeps when the last unit was taken: the newest told, also when a rebuild forgets it', async () => {
  const id = await create();
  await note(look(id, 0, 1));
  await note(look(id, 1_000, 0, 400));
  await note(look(id, 2_000, 0));
  expect((await seen(id))?.soldOutAt).toBe(400);
  await note(look(id, 3_000, 2, 400));
  await note(look(id, 4_000, 0, 3_500));
  expect((await seen(id))?.soldOutAt).toBe(3_500);
  // Sold out anew between two looks.
  await note(look(id, 5_000, 0, 4_500));
  expect(await seen(id)).toMatchObject({ soldOutAt: 4_500, at: 5_000 });
});

test('what nobody told counts from the look that found nothing left', async () => {
  const [told, first] = [await create(), await create()];
  await note(look(told, 0, 3));
  await note(look(told, 1_000, 0), look(first, 1_000, 0));
  await note(look(told, 2_000, -1), look(first, 62_000, 0));
  expect((await seen(told))?.soldOutAt).toBe(1_000);
  expect((await seen(first))?.soldOutAt).toBe(1_000);
});

test('products whose mark says otherwise are told, and marked by the newest look alone', async () => {
  const [gone, left] = [await create(), await create()];
  expect(await note(look(gone, 1_000, 0), look(left, 1_000, 1))).toEqual([gone]);
  expect(await noteSoldOut(test_.database, [gone, left])).toEqual([gone]);
  expect(await note(look(gone, 2_000, 0))).toEqual([]);
  // An older look of another replica differs, and changes nothing.
  expect(await note(look(gone, 500, 4))).toEqual([gone]);
  expect(await noteSoldOut(test_.database, [gone])).toEqual([]);
  expect(await note(look(gone, 3_000, 4))).toEqual([gone]);
  expect(await noteSoldOut(test_.database, [gone])).toEqual([gone]);
});

test('what is no product of ours is left out', async () => {
  const id = await create();
  await note(look(randomUUID(), 0, 5), look(id, 0, 5));
  expect((await seen(id))?.available).toBe(5);
});

test('many at once, in any order, end with the newest', async () => {
  const ids = await Promise.all(Array.from({ length: 30 }, create));
  await Promise.all(
    Array.from({ length: 10 }, (_, at) => {
      const looks = ids.map((id) => look(id, at, 10 - at));
      return note(...(at % 2 === 0 ? looks : looks.toReversed()));
    }),
  );
  for (const id of ids) expect(await seen(id)).toMatchObject({ available: 1, at: 9 });
});
