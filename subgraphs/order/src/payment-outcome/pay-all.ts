import type { Transaction } from '@stampede/shared/database';
import { orderPaid, type PaymentApproved } from '@stampede/shared/messages';
import { appendEachToOutbox, OneByOne, type Told } from '@stampede/shared/messaging';
import { lockOrders, readLines } from '../order-row.js';
import { changeStatuses, OrderStatus } from '../order-status.js';
import { paidOf } from './say-paid.js';

const { PAID, PENDING_PAYMENT } = OrderStatus;

/**
 * Several payments, each of the whole total of another order that awaits it: all of them PAID, order.paid.
 *
 * @throws OneByOne where one of them is anything else.
 */
export async function payAll(tx: Transaction, messages: readonly Told<PaymentApproved>[]): Promise<void> {
  const payments = new Map(messages.map((message) => [message.body.orderId, message]));
  const ids = [...payments.keys()];
  const orders = await lockOrders(tx, ids);
  const isOrdinary = orders.every(
    ({ id, status, total, paid_payment_id: paid }) =>
      status === PENDING_PAYMENT && paid === null && total === payments.get(id)?.body.amount,
  );
  if (orders.length !== messages.length || !isOrdinary) throw new OneByOne('not all await their payment');
  await changeStatuses(tx, ids, PENDING_PAYMENT, PAID);
  await tx.run(
    `UPDATE orders SET paid_payment_id = paid.payment_id, paid_at = now(), deciding_payment_id = NULL,
       deciding_attempt = NULL, deciding_since = NULL
     FROM unnest($1::uuid[], $2::uuid[]) AS paid (order_id, payment_id) WHERE id = paid.order_id`,
    [ids, ids.map((id) => payments.get(id)?.body.paymentId)],
  );
  const lines = await readLines(tx, ids);
  const told = orders.map((order) => {
    const { body, meta } = payments.get(order.id)!;
    const own = lines.filter(({ order_id }) => order_id === order.id);
    const { requestId, traceparent } = meta;
    return { body: paidOf(order, body.paymentId, own), requestId, traceparent };
  });
  await appendEachToOutbox(tx, orderPaid, told);
}
