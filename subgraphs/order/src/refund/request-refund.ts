import type { Transaction } from '@stampede/shared/database';
import { refundRequested, type RefundRequested } from '@stampede/shared/messages';
import { appendToOutbox } from '@stampede/shared/messaging';

/** Asks payment to give money back: once for each key, however often it is asked. */
export async function requestRefund(tx: Transaction, request: RefundRequested): Promise<void> {
  const { key, orderId, paymentId, amount, reason, shares } = request;
  const asked = await tx.run(
    `INSERT INTO refund (key, order_id, payment_id, amount, reason, shares) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (key) DO NOTHING`,
    [key, orderId, paymentId, amount, reason, shares ? JSON.stringify(shares) : null],
  );
  if (asked === 1) await appendToOutbox(tx, refundRequested, request);
}

/** The money of the payment that paid this order. */
export const orderRefundKey = (orderId: string) => `order:${orderId}`;

/** An approval that nobody awaits: for an order that has ended, or is paid already. */
export const unawaitedRefundKey = (paymentId: string) => `unawaited:${paymentId}`;
