import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openTestDatabase, type TestDatabase } from '@stampede/shared/testing';
import { createHash } from 'node:crypto';
import { pageStatement, type PageOf, type Statement } from '../src/history/list-statements.js';
import type { Wanted } from '../src/history/wanted-orders.js';
import { OrderStatus } from '../src/order-status.js';
import { MIGRATIONS } from './open-orders.js';

/** As in SQL below: `uid('b7')` is the eighth buyer. */
const uid = (name: string) =>
  createHash('md5')
    .update(name)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

/** 20,000 orders of one year, by 4,000 buyers, of 400 products, ten of each of 40 sellers. One in 1,000 is REFUNDING. */
const LOAD = [
  'ALTER TABLE order_line DISABLE TRIGGER count_placed_line',
  `INSERT INTO orders (id, number, buyer_id, digest, status, total, pay_by, placed_at)
   SELECT md5('o' || n)::uuid, 1073741824 + n, md5('b' || n % 4000)::uuid, 'digest',
     CASE WHEN n % 1000 = 7 THEN 'REFUNDING' WHEN n % 2 = 0 THEN 'DELIVERED' ELSE 'EXPIRED' END,
     1000, now(), now() - n * interval '25 minutes' FROM generate_series(0, 19999) AS n`,
  `INSERT INTO order_line
   SELECT md5('o' || n)::uuid, md5('p' || n % 400)::uuid, 1, 1000, 'Test sneaker', md5('s' || n % 40)::uuid,
     '{"usedOn": null, "tiers": []}', now() - n * interval '25 minutes' FROM generate_series(0, 19999) AS n`,
  'VACUUM ANALYZE orders',
  'VACUUM ANALYZE order_line',
];

let order: TestDatabase;
beforeAll(async () => {
  order = await openTestDatabase('order', MIGRATIONS);
  for (const statement of LOAD) await order.database.run(statement);
}, 60_000);
afterAll(() => order[Symbol.asyncDispose]());

interface Plan {
  'Node Type': string;
  'Index Name'?: string;
  Plans?: Plan[];
}
const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

/** The indexes that a statement uses, and a table that it would read whole. */
async function waysOf({ text, values }: Statement): Promise<Set<string>> {
  const explain = `EXPLAIN (FORMAT JSON) ${text}`;
  const [row] = await order.database.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(explain, values, {
    prepared: false,
  });
  const nodes = nodesOf(row!['QUERY PLAN'][0].Plan);
  const ways = nodes.map((node) => node['Index Name'] ?? node['Node Type']);
  return new Set(ways.filter((way) => /^order|Seq Scan/.test(way)));
}

const LISTS: [what: string, wanted: Wanted, ways: string[]][] = [
  ['a buyer', { buyerId: uid('b7') }, ['orders_by_buyer']],
  ['a seller', { sellerId: uid('s7') }, ['order_line_by_seller_and_time', 'orders_pkey']],
  [
    'a seller, by product',
    { sellerId: uid('s7'), productId: uid('p7') },
    ['order_line_by_product_and_time', 'orders_pkey'],
  ],
  [
    'a seller, by a status that many have',
    { sellerId: uid('s7'), status: OrderStatus.EXPIRED },
    ['order_line_by_seller_and_time', 'orders_pkey'],
  ],
  [
    'a seller, by a status that few have',
    { sellerId: uid('s7'), status: OrderStatus.REFUNDING },
    ['order_line_by_seller_and_time', 'orders_by_status_and_time'],
  ],
  ['everybody', {}, ['orders_by_status_and_time']],
  ['everybody, by a status that few have', { status: OrderStatus.REFUNDING }, ['orders_by_status_and_time']],
  ['everybody, by a status that many have', { status: OrderStatus.EXPIRED }, ['orders_by_status_and_time']],
  ['everybody, by number', { sequence: 1_073_741_831 }, ['orders_number_key']],
  ['everybody, by product', { productId: uid('p7') }, ['order_line_by_product_and_time', 'orders_pkey']],
];

/** Near the newest, and in the middle of the year. */
const PAGES: PageOf[] = [
  { after: null, limit: 21 },
  { after: [new Date(Date.now() - 4_000 * 3_600_000).toISOString(), uid('o1')], limit: 21 },
];

test.each(LISTS)('of 20,000 orders those of %s are found by indexes', async (_, wanted, ways) => {
  for (const page of PAGES) expect(await waysOf(pageStatement(wanted, page))).toEqual(new Set(ways));
});

test.each([
  ['a product', { productId: uid('p7') }],
  ['a seller', { sellerId: uid('s7') }],
])('of one buyer’s orders those of %s are looked for among these', async (_, wanted) => {
  for (const page of PAGES) {
    const ways = await waysOf(pageStatement({ buyerId: uid('b7'), ...wanted }, page));
    expect(ways).toContain('orders_by_buyer');
    expect(ways).not.toContain('Seq Scan');
  }
});
