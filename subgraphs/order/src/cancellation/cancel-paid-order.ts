import type { Transaction } from '@stampede/shared/database';
import { orderCancelled } from '@stampede/shared/messages';
import { appendToOutbox } from '@stampede/shared/messaging';
import { endHolds } from '../end-holds.js';
import { heldLines, type LineRow, type OrderRow } from '../order-row.js';
import { changeStatus, OrderStatus } from '../order-status.js';
import { orderRefundKey, requestRefund } from '../refund/request-refund.js';

/**
 * Ends a PAID order that is not confirmed: all of its money goes back. Its holds end here; what catalog has
 * committed comes back by catalog, which hears order.cancelled (a hold that is sold in Redis is left to it).
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
    reason,
  });
  await endHolds(tx, [order.id]);
  await sayCancelled(tx, order, lines, reason);
}

export const sayCancelled = (tx: Transaction, order: OrderRow, lines: readonly LineRow[], reason: string) =>
  appendToOutbox(tx, orderCancelled, {
    orderId: order.id,
    buyerId: order.buyer_id,
    reason,
    lines: heldLines(lines),
  });
