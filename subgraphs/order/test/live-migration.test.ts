import { expect, test } from '@jest/globals';
import type { Sql } from '@stampede/shared/database';
import { eventually } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { openOldDatabase } from './old-database.js';

const GOODS = '{"usedOn": null, "tiers": []}';
const TICKET = '{"usedOn": "2030-01-01T00:00:00Z", "tiers": []}';

/** As versions before the migrations under test do: the order, then its lines. */
async function placesOrder(sql: Sql, status: string): Promise<string> {
  const id = randomUUID();
  await sql.run(
    `INSERT INTO orders (id, buyer_id, digest, status, total, pay_by) VALUES ($1, $2, 'digest', $3, 1000, now())`,
    [id, randomUUID(), status],
  );
  return id;
}
const addsLine = (sql: Sql, orderId: string, policy: string) =>
  sql.run(
    `INSERT INTO order_line (order_id, product_id, quantity, unit_price, product_name, seller_id, refund_policy)
     VALUES ($1, $2, 1, 1000, 'Test sneaker', $3, $4)`,
    [orderId, randomUUID(), randomUUID(), policy],
  );

test('an order that is being placed while lines get their time is placed, and the migration goes on after it', async () => {
  await using old = await openOldDatabase(11);
  const { database } = old;
  let migrating: Promise<void> | undefined;
  const id = await database.transaction('test', async (tx) => {
    const placed = await placesOrder(tx, 'PENDING_PAYMENT');
    migrating = old.bringUpToDate();
    await eventually(async () => {
      const waits = await database.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      expect(waits).toHaveLength(1);
    });
    await addsLine(tx, placed, GOODS);
    return placed;
  });
  await migrating;
  const [row] = await database.query(
    `SELECT line.placed_at = orders.placed_at AS same FROM order_line line JOIN orders ON id = order_id WHERE id = $1`,
    [id],
  );
  expect(row).toEqual({ same: true });
});

test('goods that were confirmed before there were deliveries wait for theirs from the migration on', async () => {
  await using old = await openOldDatabase(10);
  const { database } = old;
  const has = async (status: string, ...policies: string[]) => {
    const id = await placesOrder(database, status);
    for (const policy of policies) await addsLine(database, id, policy);
    return id;
  };
  const goods = await has('CONFIRMED', GOODS);
  const mixed = await has('CONFIRMED', TICKET, GOODS);
  await has('CONFIRMED', TICKET);
  await has('PAID', GOODS);
  await has('REFUNDED', GOODS);
  await old.bringUpToDate();
  const waiting = await database.query<{ id: string; late: boolean }>(
    'SELECT id, delivery_since < placed_at AS late FROM orders WHERE delivery_since IS NOT NULL',
  );
  expect(waiting.map(({ id }) => id).toSorted()).toEqual([goods, mixed].toSorted());
  expect(waiting.filter(({ late }) => late)).toEqual([]);
});
