import type { Transaction } from '@stampede/shared/database';
import { orderPaid, type OrderPaid } from '@stampede/shared/messages';
import { Contradiction, on, OneByOne, type Handler, type Told } from '@stampede/shared/messaging';
import { giveUpReady } from '../order-ended/on-order-ended.js';

/**
 * Order has heard that the payment was approved, and is PAID by it.
 *
 * | payment | what order.paid does |
 * |---|---|
 * | APPROVED, and what follows it: REFUNDING, PARTIALLY_REFUNDED, REFUNDED | noted: payment.approved need not be told again; what else is READY for the order, by whichever provider, is CANCELLED |
 * | noted before | already so |
 * | READY, APPROVING, DECLINED, CANCELLED; no such payment | a contradiction: a dead letter, for people to look at |
 *
 * What is READY comes first: whoever begins to approve it locks its row and then waits, by the index that lets one
 * payment of an order be approved, for whoever has changed the approved one.
 */
export const onOrderPaid: Handler = on(
  orderPaid,
  async (tx, { paymentId, orderId }) => {
    await giveUpReady(tx, [orderId]);
    const noted = await tx.run(
      `UPDATE payment SET order_paid_at = coalesce(order_paid_at, now()) WHERE id = $1 AND order_id = $2
       AND status IN ('APPROVED', 'REFUNDING', 'PARTIALLY_REFUNDED', 'REFUNDED')`,
      [paymentId, orderId],
    );
    if (noted === 0)
      throw new Contradiction(`order ${orderId} is paid by ${paymentId}, which was not approved`);
  },
  noteAll,
);

/** All of them, where every payment is one that money was taken by: locked in the order of their ids. */
async function noteAll(tx: Transaction, messages: readonly Told<OrderPaid>[]): Promise<void> {
  await giveUpReady(
    tx,
    messages.map(({ body }) => body.orderId),
  );
  const noted = await tx.run(
    `WITH taken AS MATERIALIZED (
       SELECT id FROM payment JOIN unnest($1::uuid[], $2::uuid[]) AS paid (payment_id, order_id)
         ON id = paid.payment_id AND payment.order_id = paid.order_id
       WHERE status IN ('APPROVED', 'REFUNDING', 'PARTIALLY_REFUNDED', 'REFUNDED')
       ORDER BY id FOR NO KEY UPDATE OF payment)
     UPDATE payment SET order_paid_at = coalesce(order_paid_at, now()) FROM taken WHERE payment.id = taken.id`,
    [messages.map(({ body }) => body.paymentId), messages.map(({ body }) => body.orderId)],
  );
  if (noted !== messages.length) throw new OneByOne('a payment was not approved, or is told of twice');
}
