import type { Transaction } from '@stampede/shared/database';
import { paymentApproved, type PaymentApproved } from '@stampede/shared/messages';
import { on, type Handler } from '@stampede/shared/messaging';
import { lockOrder, readLines, type OrderRow } from '../order-row.js';
import { changeStatus, OrderStatus } from '../order-status.js';
import { requestRefund, unawaitedRefundKey } from '../refund/request-refund.js';
import { payAll } from './pay-all.js';
import { sayPaid } from './say-paid.js';

/** Paid, and not given back: what payment may still be waiting to hear of. */
const STANDING: ReadonlySet<OrderStatus> = new Set([
  OrderStatus.PAID,
  OrderStatus.CONFIRMED,
  OrderStatus.PREPARING,
  OrderStatus.SHIPPED,
  OrderStatus.DELIVERED,
]);

/**
 * The provider has taken money for an order.
 *
 * | order | what payment.approved does |
 * |---|---|
 * | PENDING_PAYMENT, the whole total | PAID, order.paid |
 * | PENDING_PAYMENT, another amount | the payment is refunded; the order waits on |
 * | PAID, CONFIRMED, PREPARING, SHIPPED, DELIVERED, by the payment that paid it | already so: order.paid again, as payment asks when it has not heard of it |
 * | CANCELLED, REFUNDING, REFUNDED, by the payment that paid it | already so: its refund has been asked for |
 * | any other status, by another payment; no such order | the payment is refunded |
 */
export const onPaymentApproved: Handler = on(
  paymentApproved,
  async (tx, payment) => {
    const order = await lockOrder(tx, payment.orderId);
    if (order?.paid_payment_id === payment.paymentId) {
      if (STANDING.has(order.status)) await sayPaid(tx, order, await readLines(tx, [order.id]));
      return undefined;
    }
    if (order?.status !== OrderStatus.PENDING_PAYMENT)
      return giveBack(tx, payment, order?.status ?? 'NO_SUCH_ORDER');
    if (order.total !== payment.amount) {
      await clearMark(tx, payment);
      return giveBack(tx, payment, 'AMOUNT_DIFFERS');
    }
    return pay(tx, order, payment);
  },
  payAll,
);

async function pay(tx: Transaction, order: OrderRow, { paymentId }: PaymentApproved): Promise<void> {
  await changeStatus(tx, order.id, OrderStatus.PENDING_PAYMENT, OrderStatus.PAID);
  await tx.run(
    `UPDATE orders SET paid_payment_id = $2, paid_at = now(), deciding_payment_id = NULL, deciding_attempt = NULL, deciding_since = NULL
     WHERE id = $1`,
    [order.id, paymentId],
  );
  await sayPaid(tx, { ...order, paid_payment_id: paymentId }, await readLines(tx, [order.id]));
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
