import type { Transaction } from '@stampede/shared/database';
import { orderCancelled, orderExpired } from '@stampede/shared/messages';
import { on, type Handler } from '@stampede/shared/messaging';
import { noteStep, type PaymentRow } from '../payment-row.js';

/**
 * The order has ended: a payment that nobody has begun to approve is given up.
 *
 * | payment | what order.expired and order.cancelled do |
 * |---|---|
 * | READY | CANCELLED |
 * | APPROVING | nothing: its decision comes, and order refunds what it does not await |
 * | APPROVED and onwards, DECLINED, CANCELLED | already so; a refund is asked for by a message of its own |
 *
 * Locked in the order of their ids: those who give up several orders at once never wait for one another in a circle.
 */
export async function giveUpReady(tx: Transaction, orderIds: readonly string[]): Promise<void> {
  const givenUp = await tx.query<Pick<PaymentRow, 'order_id' | 'provider' | 'status'>>(
    `WITH ready AS MATERIALIZED (
       SELECT id FROM payment WHERE order_id = ANY($1::uuid[]) AND status = 'READY' ORDER BY id FOR NO KEY UPDATE)
     UPDATE payment SET status = 'CANCELLED', updated_at = now() FROM ready WHERE payment.id = ready.id
     RETURNING order_id, provider, status`,
    [orderIds],
  );
  for (const payment of givenUp) noteStep(tx, payment);
}

export const onOrderExpired: Handler = on(orderExpired, (tx, { orderId }) => giveUpReady(tx, [orderId]));
export const onOrderCancelled: Handler = on(orderCancelled, (tx, { orderId }) => giveUpReady(tx, [orderId]));
