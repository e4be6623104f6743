import type { Transaction } from '@stampede/shared/database';
import { orderCancelled } from '@stampede/shared/messages';
import { appendToOutbox } from '@stampede/shared/messaging';
import { heldLines, type LineRow, type OrderRow } from '../order-row.js';
import { changeStatus, OrderStatus } from '../order-status.js';
import { orderRefundKey, requestRefund } from '../refund/request-refund.js';
import { codeOf } from './reason-code.js';

/**
 * Ends a PAID order that is not confirmed: all of its money goes back. Its units are the caller's affair: what
 * catalog has committed comes back by catalog alone, which hears order.cancelled. To end the hold here as well
 * could give its units away before catalog has unsold them.
 */
export async function cancelPaidOrder(
  tx: Transaction,
  order: OrderRow,
  lines: readonly LineRow[],
  reason: string,
): Promise<void> {
  await changeStatus(tx, order.id, OrderStatus.PAID, OrderStatus.CANCELLED, reason);
  await requestRefund(tx, {
    paymentId: order.paid_payment_id as string,
    orderId: order.id,
    amount: order.total,
    key: orderRefundKey(order.id),
    reason: codeOf(reason),
  });
  await sayCancelled(tx, order, lines, reason);
}

export const sayCancelled = (tx: Transaction, order: OrderRow, lines: readonly LineRow[], reason: string) =>
  appendToOutbox(tx, orderCancelled, {
    orderId: order.id,
    buyerId: order.buyer_id,
    reason: codeOf(reason),
    lines: heldLines(lines),
  });

/** As {@link sayCancelled}, of an order whose stock catalog has committed: told until it is returned. */
export async function takeBackStock(
  tx: Transaction,
  order: OrderRow,
  lines: readonly LineRow[],
  reason: string,
): Promise<void> {
  await awaitReturn(tx, order);
  await sayCancelled(tx, order, lines, reason);
}

/** Notes that catalog has committed the units of an order that has ended. */
export async function awaitReturn(tx: Transaction, { id }: OrderRow): Promise<void> {
  await tx.run('UPDATE orders SET returning_since = coalesce(returning_since, now()) WHERE id = $1', [id]);
}
