import { refundRequested } from '@stampede/shared/messages';
import { on, type Handler } from '@stampede/shared/messaging';
import { move, type PaymentRow } from '../payment-row.js';
import { PaymentStatus } from '../payment-status.js';
import { insertRefund } from './insert-refund.js';

/**
 * Order asks for money to go back.
 *
 * | payment | what refund.requested does |
 * |---|---|
 * | APPROVED, PARTIALLY_REFUNDED | REFUNDING; the refund is tried from now on |
 * | REFUNDING | the refund waits for the one before it |
 * | any, with a key that is known | already so |
 * | READY, APPROVING, DECLINED, CANCELLED, REFUNDED; no such payment | a mistake of ours: fails, and is seen as a dead letter |
 */
export const onRefundRequested: Handler = on(refundRequested, async (tx, refund) => {
  const [payment] = await tx.query<PaymentRow>('SELECT * FROM payment WHERE id = $1 FOR UPDATE', [
    refund.paymentId,
  ]);
  if (!payment) throw new Error(`a refund of payment ${refund.paymentId}, which is not there`);
  const known = await tx.query('SELECT 1 FROM refund WHERE key = $1', [refund.key]);
  if (known.length > 0) return;
  switch (payment.status) {
    case PaymentStatus.APPROVED:
    case PaymentStatus.PARTIALLY_REFUNDED:
      await insertRefund(tx, refund);
      await move(tx, payment, payment.status, PaymentStatus.REFUNDING);
      return;
    case PaymentStatus.REFUNDING:
      await insertRefund(tx, refund);
      return;
    case PaymentStatus.READY:
    case PaymentStatus.APPROVING:
    case PaymentStatus.DECLINED:
    case PaymentStatus.CANCELLED:
    case PaymentStatus.REFUNDED:
      throw new Error(`a refund of payment ${payment.id}, which is ${payment.status}`);
    default:
      payment.status satisfies never;
  }
});
