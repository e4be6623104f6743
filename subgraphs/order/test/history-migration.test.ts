import { expect, test } from '@jest/globals';
import { migrate, openDatabase, serviceDatabaseUrl } from '@stampede/shared/database';
import { stockEffectTables } from '@stampede/shared/inventory';
import { messagingTables } from '@stampede/shared/messaging';
import { openLog } from '@stampede/shared/telemetry';
import {
  adminDatabaseUrl,
  createTestDatabase,
  dropTestDatabase,
  TEST_ROLE_PASSWORD,
} from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listOrders } from '../src/history/list-orders.js';
import { MIGRATIONS } from './open-orders.js';

test('orders that were placed before lines had a time are in their seller’s list, where they belong', async () => {
  const log = openLog('order', 'silent');
  const name = await createTestDatabase('history');
  const url = serviceDatabaseUrl(adminDatabaseUrl(), name, 'order', TEST_ROLE_PASSWORD);
  const before = mkdtempSync(join(tmpdir(), 'stampede-history-'));
  cpSync(MIGRATIONS, before, { recursive: true, filter: (path) => !/00(1[1-9]|[2-9]\d)_/.test(path) });
  const parts = { url, schema: 'order', sets: [messagingTables, stockEffectTables], log };
  await migrate({ ...parts, folder: before });
  const database = openDatabase({ url, schema: 'order', log });
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
  await migrate({ ...parts, folder: MIGRATIONS });
  await place(newest!, '2026-01-03T00:00:00Z');

  const { edges } = await listOrders(database, {
    scope: 'SOLD',
    userId: seller,
    filter: {},
    first: 10,
    after: null,
  });
  expect(edges.map(({ node }) => node.id)).toEqual([newest, middle, oldest]);
  await database.close();
  rmSync(before, { recursive: true });
  await dropTestDatabase(name);
});
