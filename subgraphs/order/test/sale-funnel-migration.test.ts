import { expect, test } from '@jest/globals';
import { migrate, openDatabase, serviceDatabaseUrl } from '@stampede/shared/database';
import { stockEffectTables } from '@stampede/shared/inventory';
import { messagingTables } from '@stampede/shared/messaging';
import { openLog } from '@stampede/shared/telemetry';
import {
  adminDatabaseUrl,
  createTestDatabase,
  dropTestDatabase,
  eventually,
  TEST_ROLE_PASSWORD,
} from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSaleFunnel } from '../src/sale-figures/read-sale-funnel.js';
import { MIGRATIONS } from './open-orders.js';

test('an order that is placed while the funnel is made is in it', async () => {
  const log = openLog('order', 'silent');
  const name = await createTestDatabase('funnel');
  const url = serviceDatabaseUrl(adminDatabaseUrl(), name, 'order', TEST_ROLE_PASSWORD);
  const before = mkdtempSync(join(tmpdir(), 'stampede-funnel-'));
  cpSync(MIGRATIONS, before, { recursive: true, filter: (path) => !/00(0[7-9]|[1-9]\d)_/.test(path) });
  const parts = { url, schema: 'order', sets: [messagingTables, stockEffectTables], log };
  await migrate({ ...parts, folder: before });
  const database = openDatabase({ url, schema: 'order', log });
  const [productId, orderId] = [randomUUID(), randomUUID()];
  let migrating: Promise<void> | undefined;
  await database.transaction(async (tx) => {
    await tx.run(
      `INSERT INTO orders (id, buyer_id, digest, status, total, pay_by)
       VALUES ($1, $2, 'digest', 'PENDING_PAYMENT', 1000, now())`,
      [orderId, randomUUID()],
    );
    await tx.run(
      `INSERT INTO order_line VALUES ($1, $2, 1, 1000, 'Test sneaker', $3, '{"usedOn": null, "tiers": []}')`,
      [orderId, productId, randomUUID()],
    );
    migrating = migrate({ ...parts, folder: MIGRATIONS });
    await eventually(async () => {
      const waits = await database.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      expect(waits).toHaveLength(1);
    });
  });
  await migrating;
  expect(await readSaleFunnel(database, productId)).toMatchObject({ held: 1 });
  await database.close();
  rmSync(before, { recursive: true });
  await dropTestDatabase(name);
});
