import { paymentApproved } from '@stampede/shared/messages';
import { unanswered, type Reminder } from '@stampede/shared/messaging';
import { sayApproved } from '../decision/record-outcome.js';
import { PAYMENT_COLUMNS, type PaymentRow } from '../payment-row.js';

const BATCH = 100;

/**
 * A payment that was approved while its order is neither paid by it nor has asked for the money back, as far as
 * anybody here knows: order answers with order.paid or refund.requested.
 */
export const remindOfApproval: Reminder = {
  event: paymentApproved.name,
  remind: async (tx) => {
    const approved = await tx.query<PaymentRow>(
      `UPDATE payment SET reminded_at = now() WHERE id = ANY(ARRAY(SELECT id FROM payment
         WHERE status = 'APPROVED' AND order_paid_at IS NULL AND ${unanswered('updated_at', 'reminded_at')}
         ORDER BY updated_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)) RETURNING ${PAYMENT_COLUMNS}`,
    );
    for (const payment of approved) await sayApproved(tx, payment);
    return approved.length;
  },
};
