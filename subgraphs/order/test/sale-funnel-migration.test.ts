import { expect, test } from '@jest/globals';
import { eventually } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { readSaleFunnel } from '../src/sale-figures/read-sale-funnel.js';
import { openOldDatabase } from './old-database.js';

test('an order that is placed while the funnel is made is in it', async () => {
  await using old = await openOldDatabase(7);
  const { database } = old;
  const [productId, orderId] = [randomUUID(), randomUUID()];
  let migrating: Promise<void> | undefined;
  await database.transaction('test', async (tx) => {
    await tx.run(
      `INSERT INTO orders (id, buyer_id, digest, status, total, pay_by)
       VALUES ($1, $2, 'digest', 'PENDING_PAYMENT', 1000, now())`,
      [orderId, randomUUID()],
    );
    await tx.run(
      `INSERT INTO order_line VALUES ($1, $2, 1, 1000, 'Test sneaker', $3, '{"usedOn": null, "tiers": []}')`,
      [orderId, productId, randomUUID()],
    );
    migrating = old.bringUpToDate();
    await eventually(async () => {
      const waits = await database.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      expect(waits).toHaveLength(1);
    });
  });
  await migrating;
  expect(await readSaleFunnel(database, productId)).toMatchObject({ held: 1 });
});
