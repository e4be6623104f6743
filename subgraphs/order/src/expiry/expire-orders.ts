import type { Database, Transaction } from '@stampede/shared/database';
import { lockStock } from '@stampede/shared/inventory';
import { orderExpired } from '@stampede/shared/messages';
import { appendToOutbox } from '@stampede/shared/messaging';
import { endHolds } from '../end-holds.js';
import { orderChanges } from '../order-changes.js';
import { readLines } from '../order-row.js';
import { recordEvent, OrderStatus } from '../order-status.js';

const BATCH = 200;

/**
 * Ends unpaid orders whose time is up, a batch at most, from PostgreSQL alone: a Redis that is away delays nothing.
 * Replicas share the work.
 *
 * @returns how many have ended; those that somebody else has in hand are left for the next time.
 */
export async function expireDue(database: Database): Promise<number> {
  const due = await database.query<{ id: string }>(
    `SELECT id FROM orders WHERE status = 'PENDING_PAYMENT' AND deciding_payment_id IS NULL AND pay_by <= now()
     ORDER BY pay_by LIMIT ${BATCH}`,
  );
  if (due.length === 0) return 0;
  const candidates = due.map(({ id }) => id);
  return database.transaction((tx) => expire(tx, candidates));
}

async function expire(tx: Transaction, candidates: readonly string[]): Promise<number> {
  const products = new Set((await readLines(tx, candidates)).map(({ product_id }) => product_id));
  for (const productId of [...products].toSorted()) await lockStock(tx, productId);
  // A payment may have begun, or another replica been quicker, since the candidates were read.
  const expired = await tx.query<{ id: string; buyer_id: string }>(
    `UPDATE orders SET status = 'EXPIRED', updated_at = now() WHERE id IN (
       SELECT id FROM orders WHERE id = ANY($1) AND status = 'PENDING_PAYMENT' AND deciding_payment_id IS NULL
         AND pay_by <= now() ORDER BY id FOR UPDATE SKIP LOCKED)
     RETURNING id, buyer_id`,
    [candidates],
  );
  await endHolds(
    tx,
    expired.map(({ id }) => id),
  );
  for (const { id, buyer_id } of expired) {
    orderChanges.note(tx, id);
    await recordEvent(tx, id, OrderStatus.EXPIRED);
    await appendToOutbox(tx, orderExpired, { orderId: id, buyerId: buyer_id });
  }
  return expired.length;
}
