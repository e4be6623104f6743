import type { Database, Transaction } from '@stampede/shared/database';
import { reasonToKeep } from '../deleted-accounts/reason-to-keep.js';
import { endHolds } from '../end-holds.js';
import { orderChanges } from '../order-changes.js';
import { lockOrderAndStock, type LineRow, type OrderRow } from '../order-row.js';
import { changeStatus, OrderStatus } from '../order-status.js';
import { quoteOrder, quoteShares } from '../refund/quote-refund.js';
import { orderRefundKey, requestRefund } from '../refund/request-refund.js';
import { sayCancelled, takeBackStock } from './cancel-paid-order.js';
import { codeOf } from './reason-code.js';

export type CancelAnswer = 'no-such-order' | 'done' | { refused: string };

/**
 * Cancels an order for its buyer or an operator: whoever asks has been shown it.
 *
 * | order | what happens |
 * |---|---|
 * | PENDING_PAYMENT | CANCELLED at once; refused while a payment is being decided |
 * | PAID | recorded; done as soon as catalog has said what became of the stock |
 * | PAID, recorded before | already so: the first one's reason stays |
 * | CONFIRMED, PREPARING | REFUNDING, by the refund policy or in full; refused when that gives nothing back |
 * | CANCELLED, REFUNDING, REFUNDED | already so; refused in full, where the policy has given back a part |
 * | SHIPPED, DELIVERED, EXPIRED | refused |
 *
 * @param given a code, or somebody's own words: kept while the buyer has an account.
 * @param inFull whatever the refund policy says, as when the organiser has called a concert off.
 */
export function cancelOrder(
  database: Database,
  orderId: string,
  given: string,
  inFull = false,
): Promise<CancelAnswer> {
  return database.transaction('cancel-order', async (tx) => {
    const found = await lockOrderAndStock(tx, orderId);
    if (!found) return 'no-such-order';
    const { order, lines } = found;
    const reason = await reasonToKeep(tx, order.buyer_id, given);
    switch (order.status) {
      case OrderStatus.PENDING_PAYMENT:
        return cancelUnpaid(tx, order, lines, reason);
      case OrderStatus.PAID:
        return recordWish(tx, order, reason);
      case OrderStatus.CONFIRMED:
      case OrderStatus.PREPARING:
        return cancelConfirmed(tx, order, lines, reason, inFull);
      case OrderStatus.REFUNDING:
      case OrderStatus.REFUNDED:
        return inFull ? confirmWhole(tx, order) : 'done';
      case OrderStatus.CANCELLED:
        return 'done';
      case OrderStatus.SHIPPED:
      case OrderStatus.DELIVERED:
        return { refused: 'It has been shipped.' };
      case OrderStatus.EXPIRED:
        return { refused: 'It has expired.' };
      default:
        return order.status satisfies never;
    }
  });
}

async function cancelUnpaid(
  tx: Transaction,
  order: OrderRow,
  lines: readonly LineRow[],
  reason: string,
): Promise<CancelAnswer> {
  if (order.deciding_payment_id) return { refused: 'A payment of it is being decided.' };
  await changeStatus(tx, order.id, OrderStatus.PENDING_PAYMENT, OrderStatus.CANCELLED, reason);
  await endHolds(tx, [order.id]);
  await sayCancelled(tx, order, lines, reason);
  return 'done';
}

async function recordWish(tx: Transaction, order: OrderRow, reason: string): Promise<CancelAnswer> {
  if (order.cancel_requested_at) return 'done';
  await tx.run(
    'UPDATE orders SET cancel_requested_at = now(), cancel_reason = $2, updated_at = now() WHERE id = $1',
    [order.id, reason],
  );
  // The buyer's other device shows it as well.
  orderChanges.note(tx, order.id);
  return 'done';
}

async function cancelConfirmed(
  tx: Transaction,
  order: OrderRow,
  lines: readonly LineRow[],
  reason: string,
  inFull: boolean,
): Promise<CancelAnswer> {
  const now = await askedAt(tx);
  const amount = inFull ? order.total : quoteOrder(order, lines, now);
  if (amount === 0) return { refused: 'Its refund policy gives nothing back any more.' };
  await changeStatus(tx, order.id, order.status, OrderStatus.REFUNDING, reason);
  await requestRefund(tx, {
    paymentId: order.paid_payment_id as string,
    orderId: order.id,
    amount,
    key: orderRefundKey(order.id),
    reason: codeOf(reason),
    ...(!inFull && { shares: quoteShares(lines, now) }),
  });
  await takeBackStock(tx, order, lines, reason);
  return 'done';
}

/** An order is given back once: nobody is to think that the rest of it follows. */
async function confirmWhole(tx: Transaction, order: OrderRow): Promise<CancelAnswer> {
  const [refund] = await tx.query<{ amount: number }>('SELECT amount FROM refund WHERE key = $1', [
    orderRefundKey(order.id),
  ]);
  if (refund?.amount === order.total) return 'done';
  return { refused: 'It was cancelled before, and its refund policy gave back a part.' };
}

/** PostgreSQL's, of when somebody asked: to wait for a lock past midnight costs nobody their money. */
async function askedAt(tx: Transaction): Promise<Date> {
  const [row] = await tx.query<{ now: Date }>('SELECT now() AS now');
  if (!row) throw new Error('PostgreSQL did not say what time it is');
  return row.now;
}
