import { orderPaid } from '@stampede/shared/messages';
import { Contradiction, on, type Handler } from '@stampede/shared/messaging';
import { giveUpReady } from '../order-ended/on-order-ended.js';

/**
 * Order has heard that the payment was approved, and is PAID by it.
 *
 * | payment | what order.paid does |
 * |---|---|
 * | APPROVED, and what follows it: REFUNDING, PARTIALLY_REFUNDED, REFUNDED | noted: payment.approved need not be told again; what else is READY for the order, by whichever provider, is CANCELLED |
 * | noted before | already so |
 * | READY, APPROVING, DECLINED, CANCELLED; no such payment | a contradiction: a dead letter, for people to look at |
 */
export const onOrderPaid: Handler = on(orderPaid, async (tx, { paymentId, orderId }) => {
  const noted = await tx.run(
    `UPDATE payment SET order_paid_at = coalesce(order_paid_at, now()) WHERE id = $1 AND order_id = $2
       AND status IN ('APPROVED', 'REFUNDING', 'PARTIALLY_REFUNDED', 'REFUNDED')`,
    [paymentId, orderId],
  );
  if (noted === 0)
    throw new Contradiction(`order ${orderId} is paid by ${paymentId}, which was not approved`);
  await giveUpReady(tx, orderId);
});
