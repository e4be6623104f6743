import type { Transaction } from '@stampede/shared/database';
import { orderRefunded, paymentRefunded } from '@stampede/shared/messages';
import { appendToOutbox, on, type Handler } from '@stampede/shared/messaging';
import { orderChanges } from '../order-changes.js';
import { lockOrder } from '../order-row.js';
import { changeStatus, OrderStatus } from '../order-status.js';
import { orderRefundKey } from '../refund/request-refund.js';

/**
 * Money has gone back to the buyer.
 *
 * | the refund | what payment.refunded does |
 * |---|---|
 * | of this order's own payment, order REFUNDING | REFUNDED, for the reason of its cancelling; order.refunded |
 * | of this order's own payment, order in any other status | noted: `refunded` shows it; order.refunded |
 * | of an approval that nobody awaited | noted; order.refunded |
 * | the same, for no such order | noted: there is nobody to tell |
 * | noted before; never asked for | already so |
 */
export const onPaymentRefunded: Handler = on(paymentRefunded, async (tx, refund) => {
  const { orderId, paymentId, key, amount } = refund;
  const order = await lockOrder(tx, orderId);
  const noted = await tx.run('UPDATE refund SET refunded_at = now() WHERE key = $1 AND refunded_at IS NULL', [
    key,
  ]);
  if (noted === 0 || !order) return;
  // What has been given back is part of what an order shows.
  await tx.run('UPDATE orders SET updated_at = now() WHERE id = $1', [orderId]);
  orderChanges.note(tx, orderId);
  if (key === orderRefundKey(orderId) && order.status === OrderStatus.REFUNDING) {
    const reason = await lastReason(tx, orderId);
    await changeStatus(tx, orderId, OrderStatus.REFUNDING, OrderStatus.REFUNDED, reason);
  }
  await appendToOutbox(tx, orderRefunded, { orderId, paymentId, key, amount, buyerId: order.buyer_id });
});

async function lastReason(tx: Transaction, orderId: string): Promise<string | null> {
  const [event] = await tx.query<{ reason: string | null }>(
    'SELECT reason FROM order_event WHERE order_id = $1 ORDER BY id DESC LIMIT 1',
    [orderId],
  );
  return event?.reason ?? null;
}
