import { refundRequested, type RefundShare } from '@stampede/shared/messages';
import { appendToOutbox, unanswered, type Reminder } from '@stampede/shared/messaging';

const BATCH = 100;

interface RefundRow {
  key: string;
  order_id: string;
  payment_id: string;
  amount: number;
  reason: string;
  shares: RefundShare[] | null;
}

/** A refund that order has asked for and that is not back: payment takes it up, or says again that it is done. */
export const remindOfRefund: Reminder = {
  event: refundRequested.name,
  remind: async (tx) => {
    const refunds = await tx.query<RefundRow>(
      `UPDATE refund SET reminded_at = now() WHERE key = ANY(ARRAY(SELECT key FROM refund
         WHERE refunded_at IS NULL AND ${unanswered('requested_at', 'reminded_at')}
         ORDER BY requested_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED))
       RETURNING key, order_id, payment_id, amount, reason, shares`,
    );
    for (const { order_id: orderId, payment_id: paymentId, key, amount, reason, shares } of refunds) {
      await appendToOutbox(tx, refundRequested, {
        orderId,
        paymentId,
        key,
        amount,
        reason,
        ...(shares && { shares }),
      });
    }
    return refunds.length;
  },
};
