import { expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { listOrders } from '../src/history/list-orders.js';
import { openOldDatabase } from './old-database.js';

test('orders that were placed before lines had a time are in their seller’s list, where they belong', async () => {
  await using old = await openOldDatabase(11);
  const { database } = old;
  const seller = randomUUID();
  const place = async (id: string, placedAt: string) => {
    await database.run(
      `INSERT INTO orders (id, buyer_id, digest, status, total, pay_by, placed_at)
       VALUES ($1, $2, 'digest', 'DELIVERED', 1000, now(), $3)`,
      [id, randomUUID(), placedAt],
    );
    await database.run(
      `INSERT INTO order_line (order_id, product_id, quantity, unit_price, product_name, seller_id, refund_policy)
       VALUES ($1, $2, 1, 1000, 'Test sneaker', $3, '{"usedOn": null, "tiers": []}')`,
      [id, randomUUID(), seller],
    );
  };
  // By their ids they would stand the other way round.
  const [newest, middle, oldest] = [randomUUID(), randomUUID(), randomUUID()].toSorted();
  await place(middle!, '2026-01-02T00:00:00Z');
  await place(oldest!, '2026-01-01T00:00:00Z');
  await old.bringUpToDate();
  await place(newest!, '2026-01-03T00:00:00Z');

  const { edges } = await listOrders(database, {
    scope: 'SOLD',
    userId: seller,
    filter: {},
    first: 10,
    after: null,
  });
  expect(edges.map(({ node }) => node.id)).toEqual([newest, middle, oldest]);
});
