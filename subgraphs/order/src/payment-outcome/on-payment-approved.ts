import type { Transaction } from '@stampede/shared/database';
import { orderPaid, paymentApproved, type PaymentApproved } from '@stampede/shared/messages';
import { appendToOutbox, on, type Handler } from '@stampede/shared/messaging';
import { heldLines, lockOrder, readLines, type OrderRow } from '../order-row.js';
import { changeStatus, OrderStatus } from '../order-status.js';
import { requestRefund, unawaitedRefundKey } from '../refund/request-refund.js';

/**
 * The provider has taken money for an order.
 *
 * | order | what payment.approved does |
 * |---|---|
 * | PENDING_PAYMENT, the whole total | PAID, order.paid |
 * | PENDING_PAYMENT, another amount | the payment is refunded; the order waits on |
 * | any other status, by the payment that paid it | already so |
 * | any other status, by another payment; no such order | the payment is refunded |
 */
export const onPaymentApproved: Handler = on(paymentApproved, async (tx, payment) => {
  const order = await lockOrder(tx, payment.orderId);
  if (order?.paid_payment_id === payment.paymentId) return;
  if (order?.status !== OrderStatus.PENDING_PAYMENT)
    return giveBack(tx, payment, order?.status ?? 'NO_SUCH_ORDER');
  if (order.total !== payment.amount) {
    await clearMark(tx, payment);
    return giveBack(tx, payment, 'AMOUNT_DIFFERS');
  }
  return pay(tx, order, payment);
});

async function pay(tx: Transaction, order: OrderRow, { paymentId }: PaymentApproved): Promise<void> {
  await changeStatus(tx, order.id, OrderStatus.PENDING_PAYMENT, OrderStatus.PAID);
  await tx.run(
    `UPDATE orders SET paid_payment_id = $2, deciding_payment_id = NULL, deciding_attempt = NULL, deciding_since = NULL
     WHERE id = $1`,
    [order.id, paymentId],
  );
  const lines = heldLines(await readLines(tx, [order.id]));
  await appendToOutbox(tx, orderPaid, { orderId: order.id, buyerId: order.buyer_id, paymentId, lines });
}

async function clearMark(tx: Transaction, { orderId, paymentId }: PaymentApproved): Promise<void> {
  await tx.run(
    `UPDATE orders SET deciding_payment_id = NULL, deciding_attempt = NULL, deciding_since = NULL,
       updated_at = now()
     WHERE id = $1 AND deciding_payment_id = $2`,
    [orderId, paymentId],
  );
}

const giveBack = (tx: Transaction, { paymentId, orderId, amount }: PaymentApproved, why: string) =>
  requestRefund(tx, {
    paymentId,
    orderId,
    amount,
    key: unawaitedRefundKey(paymentId),
    reason: `UNAWAITED: ${why}`,
  });
