import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Identity } from '@stampede/shared/identity';
import { randomUUID } from 'node:crypto';
import { STOCK_BOOK_PAGE } from '../src/rebuild/read-stock-book.js';
import { openCatalog, SELLER, type CatalogUnderTest } from './open-catalog.js';

const ORDER: Identity = { kind: 'service', service: 'order' };
const TRUTH = `mutation ($productId: ID!, $epoch: SafeInt!, $unconfirmed: [UnconfirmedLine!]!) {
  stockTruth(productId: $productId, epoch: $epoch, unconfirmed: $unconfirmed) {
    total version opensAt closesAt limitPerBuyer holdMinutes paused termsVersion listing } }`;
const BOOK = `query ($productId: ID!, $after: ID, $first: Int!) {
  stockBook(productId: $productId, after: $after, first: $first) {
    orderId buyerId quantity epoch serial status } }`;

let catalog: CatalogUnderTest;
let productId: string;
beforeAll(async () => {
  catalog = await openCatalog();
  productId = (await catalog.create()).id;
});
afterAll(() => catalog[Symbol.asyncDispose]());

const tell = (epoch: number, unconfirmed: object[] = [], id = productId) =>
  catalog.ask(TRUTH, { productId: id, epoch, unconfirmed }, ORDER);
const page = async (first: number, after: string | null = null) =>
  catalog.ask(BOOK, { productId, first, after }, ORDER);

/** Orders of this status with a unit of each of these products. */
async function writeOrders(count: number, status: string, products = [productId]): Promise<void> {
  await catalog.database.run(
    `WITH made AS (
       INSERT INTO stock_order (order_id, buyer_id, status)
       SELECT gen_random_uuid(), gen_random_uuid(), $1 FROM generate_series(1, $2::int) RETURNING order_id)
     INSERT INTO stock_order_line (order_id, product_id, quantity, hold_epoch, hold_serial)
     SELECT order_id, product_id, 1, 5, row_number() OVER () FROM made, unnest($3::uuid[]) AS product_id`,
    [status, count, products],
  );
}

async function readBook(first: number, between: () => Promise<void> = () => Promise.resolve()) {
  const lines: { orderId: string; status: string }[] = [];
  for (;;) {
    const { data } = await page(first, lines.at(-1)?.orderId ?? null);
    lines.push(...data.stockBook);
    if (data.stockBook.length < first) return lines;
    await between();
  }
}

test('an epoch is stored once, and only a newer one after it', async () => {
  expect((await tell(3)).data.stockTruth).toEqual({
    total: 10,
    version: 1,
    opensAt: Date.parse('2026-01-01T00:00:00Z'),
    closesAt: null,
    limitPerBuyer: 1,
    holdMinutes: 30,
    paused: false,
    termsVersion: 1,
    listing: expect.stringContaining(productId),
  });
  expect((await tell(3)).data).toEqual({ stockTruth: null });
  expect((await tell(2)).data).toEqual({ stockTruth: null });
  expect((await tell(4)).data.stockTruth.total).toBe(10);
  expect((await tell(4, [], randomUUID())).data).toEqual({ stockTruth: null });
});

test('pages of any size show every line of the product once, and those of no other', async () => {
  const other = (await catalog.create()).id;
  await writeOrders(7, 'COMMITTED');
  await writeOrders(4, 'RETURNED', [productId, other]);
  await writeOrders(5, 'COMMITTED', [other]);
  const { data } = await page(5_000);
  expect(data.stockBook).toHaveLength(11);
  expect(data.stockBook[0]).toEqual({
    orderId: expect.any(String),
    buyerId: expect.any(String),
    quantity: 1,
    epoch: 5,
    serial: expect.any(Number),
    status: expect.stringMatching(/COMMITTED|RETURNED/),
  });
  const statuses = data.stockBook.map(({ status }: { status: string }) => status);
  expect(statuses.filter((status: string) => status === 'RETURNED')).toHaveLength(4);
  for (const first of [1, 3, 11])
    expect(await readBook(first)).toEqual(data.stockBook.map(expect.objectContaining));
});

test('what is taken back between two pages is seen once, as it was or as it is', async () => {
  const before = await readBook(100);
  const seen = await readBook(3, async () => {
    await catalog.database.run(`UPDATE stock_order SET status = 'RETURNED'`);
    await writeOrders(1, 'COMMITTED');
  });
  const ids = seen.map(({ orderId }) => orderId);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toEqual(expect.arrayContaining(before.map(({ orderId }) => orderId)));
});

test('a page is read from an index, however long the book is', async () => {
  await writeOrders(20_000, 'COMMITTED', [(await catalog.create()).id]);
  await writeOrders(20_000, 'COMMITTED');
  await catalog.database.run('ANALYZE stock_order_line, stock_order');
  const after = '80000000-0000-4000-8000-000000000000';
  const rows = await catalog.database.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${STOCK_BOOK_PAGE}`, [
    productId,
    after,
    100,
  ]);
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(plan).toContain('Index Scan using stock_order_line_by_product_and_order');
  expect(plan).not.toMatch(/Seq Scan|Sort/);
});

test('the ledger tells the epoch that was stored, and whether settings are on their way to Redis', async () => {
  const { id } = await catalog.create();
  const ledger = async () => {
    const fields = 'total version epoch settingsPending pending';
    const { data } = await catalog.ask(`{ stockLedger(productId: "${id}") { ${fields} } }`, {}, ORDER);
    return data.stockLedger;
  };
  const settled = { total: 10, version: 1, epoch: 1, settingsPending: false, pending: [] };
  await tell(1, [], id);
  expect(await ledger()).toEqual(settled);
  // Kept from the relay by its time.
  await catalog.database.run(
    `INSERT INTO stock_effect (product_id, epoch, kind, settings, due_at)
     VALUES ($1, 1, 'settings', '{}', now() + interval '1 hour')`,
    [id],
  );
  expect(await ledger()).toEqual({ ...settled, settingsPending: true });
  await catalog.database.run('DELETE FROM stock_effect WHERE product_id = $1', [id]);
});

test('only order is told', async () => {
  for (const identity of [SELLER, { kind: 'service', service: 'payment' } as const]) {
    const truth = await catalog.ask(TRUTH, { productId, epoch: 99, unconfirmed: [] }, identity);
    expect(truth.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    const book = await catalog.ask(BOOK, { productId, first: 1 }, identity);
    expect(book.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  }
  expect((await tell(99)).data.stockTruth).not.toBeNull();
});

test.each([0, -1, 5_001])('refuses a page of %i lines', async (first) => {
  expect((await page(first)).errors).toMatchObject([
    { extensions: { code: 'BAD_USER_INPUT', fields: [{ path: 'first' }] } },
  ]);
});
