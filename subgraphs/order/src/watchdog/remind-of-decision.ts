import { paymentOverdue } from '@stampede/shared/messages';
import { appendToOutbox, unanswered, type Reminder } from '@stampede/shared/messaging';

const BATCH = 100;
/** Longer than a provider may take, and than payment needs to look at it again. */
const OVERDUE_AFTER_S = 60;

/**
 * A decision mark that nobody has cleared: payment is asked what became of it. A mark may also be an orphan, made
 * after the caller had given up waiting for the answer: then payment says that it is declined.
 */
export const remindOfDecision: Reminder = {
  event: paymentOverdue.name,
  remind: async (tx) => {
    const marked = await tx.query<{
      id: string;
      deciding_payment_id: string;
      deciding_attempt: number | null;
    }>(
      `UPDATE orders SET reminded_at = now() WHERE id = ANY(ARRAY(SELECT id FROM orders
         WHERE deciding_payment_id IS NOT NULL AND ${unanswered('deciding_since', 'reminded_at', OVERDUE_AFTER_S)}
         ORDER BY deciding_since LIMIT ${BATCH} FOR UPDATE SKIP LOCKED))
       RETURNING id, deciding_payment_id, deciding_attempt`,
    );
    for (const { id: orderId, deciding_payment_id: paymentId, deciding_attempt: attempt } of marked) {
      await appendToOutbox(tx, paymentOverdue, { orderId, paymentId, attempt: attempt ?? 0 });
    }
    return marked.length;
  },
};
