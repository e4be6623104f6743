import type { Database, Transaction } from '@stampede/shared/database';
import { lockStock } from '@stampede/shared/inventory';
import { orderExpired } from '@stampede/shared/messages';
import { appendAllToOutbox } from '@stampede/shared/messaging';
import { endHolds } from '../end-holds.js';
import { changeStatuses, OrderStatus } from '../order-status.js';

/** Holds of a sale run out as they were taken, thousands in a second: a batch is a few statements, however many end. */
const BATCH = 500;

const DUE = `status = 'PENDING_PAYMENT' AND deciding_payment_id IS NULL AND pay_by <= now()`;

/**
 * Ends unpaid orders whose time is up, a batch at most, from PostgreSQL alone: a Redis that is away delays nothing.
 * Replicas share the work: each steps over what another has in hand.
 *
 * @returns how many have ended; those that somebody else has in hand are left for the next time.
 */
export async function expireDue(database: Database): Promise<number> {
  const products = await database.query<{ product_id: string }>(
    `SELECT DISTINCT product_id FROM order_line
     WHERE order_id IN (SELECT id FROM orders WHERE ${DUE} ORDER BY pay_by LIMIT ${BATCH}) ORDER BY product_id`,
  );
  if (products.length === 0) return 0;
  const productIds = products.map(({ product_id }) => product_id);
  return database.transaction('expire-orders', (tx) => expire(tx, productIds));
}

/** Stock locks come before rows, so it ends due orders of those products alone, whichever they are by now. */
async function expire(tx: Transaction, productIds: readonly string[]): Promise<number> {
  for (const productId of productIds) await lockStock(tx, productId);
  const due = await tx.query<{ id: string; buyer_id: string }>(
    `SELECT id, buyer_id FROM orders WHERE ${DUE} AND NOT EXISTS (
       SELECT 1 FROM order_line WHERE order_id = orders.id AND product_id <> ALL($1))
     ORDER BY pay_by LIMIT ${BATCH} FOR UPDATE SKIP LOCKED`,
    [productIds],
  );
  if (due.length === 0) return 0;
  const ids = due.map(({ id }) => id);
  await changeStatuses(tx, ids, OrderStatus.PENDING_PAYMENT, OrderStatus.EXPIRED, 'NOT_PAID_IN_TIME');
  await endHolds(tx, ids);
  await appendAllToOutbox(
    tx,
    orderExpired,
    due.map(({ id, buyer_id }) => ({ orderId: id, buyerId: buyer_id })),
  );
  return due.length;
}
