import { paymentDeclined } from '@stampede/shared/messages';
import { on, type Handler } from '@stampede/shared/messaging';

/**
 * A payment's attempt ended without money: the order may be paid again until `payBy`, or expire.
 *
 * | order | what payment.declined does |
 * |---|---|
 * | marked by this payment's attempt, or an earlier one | the mark is cleared |
 * | marked by another payment, by a later attempt, or not at all; no such order | already so |
 */
export const onPaymentDeclined: Handler = on(paymentDeclined, async (tx, { orderId, paymentId, attempt }) => {
  await tx.run(
    `UPDATE orders SET deciding_payment_id = NULL, deciding_attempt = NULL, deciding_since = NULL,
       updated_at = now()
     WHERE id = $1 AND deciding_payment_id = $2 AND deciding_attempt <= $3`,
    [orderId, paymentId, attempt],
  );
});
