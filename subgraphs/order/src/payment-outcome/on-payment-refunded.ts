import { paymentRefunded } from '@stampede/shared/messages';
import { on, type Handler } from '@stampede/shared/messaging';
import { orderChanges } from '../order-changes.js';
import { lockOrder } from '../order-row.js';
import { changeStatus, OrderStatus } from '../order-status.js';
import { orderRefundKey } from '../refund/request-refund.js';

/**
 * Money has gone back to the buyer.
 *
 * | the refund | what payment.refunded does |
 * |---|---|
 * | of this order's own payment, order REFUNDING | REFUNDED |
 * | of this order's own payment, order in any other status | noted: `refunded` shows it |
 * | of an approval that nobody awaited | noted |
 * | noted before; never asked for | already so |
 */
export const onPaymentRefunded: Handler = on(paymentRefunded, async (tx, { orderId, key }) => {
  const order = await lockOrder(tx, orderId);
  const noted = await tx.run('UPDATE refund SET refunded_at = now() WHERE key = $1 AND refunded_at IS NULL', [
    key,
  ]);
  if (noted === 0) return;
  // What has been given back is part of what an order shows.
  await tx.run('UPDATE orders SET updated_at = now() WHERE id = $1', [orderId]);
  orderChanges.note(tx, orderId);
  if (key !== orderRefundKey(orderId) || order?.status !== OrderStatus.REFUNDING) return;
  await changeStatus(tx, orderId, OrderStatus.REFUNDING, OrderStatus.REFUNDED);
});
