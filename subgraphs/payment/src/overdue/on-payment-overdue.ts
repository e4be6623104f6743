import type { Transaction } from '@stampede/shared/database';
import { paymentDeclined, paymentOverdue, type PaymentOverdue } from '@stampede/shared/messages';
import { appendToOutbox, on, type Handler } from '@stampede/shared/messaging';
import { sayApproved } from '../decision/record-outcome.js';
import { PAYMENT_COLUMNS, type PaymentRow } from '../payment-row.js';
import { PaymentStatus } from '../payment-status.js';

/**
 * Order has been marked by this payment for long: it is told again how the decision ended.
 *
 * | payment | what payment.overdue does |
 * |---|---|
 * | APPROVING | nothing: its decision comes, and is told |
 * | APPROVED | payment.approved again |
 * | READY, DECLINED, CANCELLED | payment.declined again: what the mark was for is over |
 * | REFUNDING, PARTIALLY_REFUNDED, REFUNDED | payment.declined: its money goes back, so it pays no order that still waits |
 * | no such payment | payment.declined: nothing will come of it |
 */
export const onPaymentOverdue: Handler = on(paymentOverdue, async (tx, overdue) => {
  const [payment] = await tx.query<PaymentRow>(
    `SELECT ${PAYMENT_COLUMNS} FROM payment WHERE id = $1 FOR UPDATE`,
    [overdue.paymentId],
  );
  if (!payment) return sayOver(tx, overdue, 'NO_SUCH_PAYMENT');
  switch (payment.status) {
    case PaymentStatus.APPROVING:
      return undefined;
    case PaymentStatus.APPROVED:
      return sayApproved(tx, payment);
    case PaymentStatus.READY:
    case PaymentStatus.DECLINED:
    case PaymentStatus.CANCELLED:
    case PaymentStatus.REFUNDING:
    case PaymentStatus.PARTIALLY_REFUNDED:
    case PaymentStatus.REFUNDED:
      return sayOver(tx, overdue, payment.decline_reason ?? payment.status);
    default:
      return payment.status satisfies never;
  }
});

/** Of the attempt that was asked about: the mark of one that begins meanwhile stands. */
const sayOver = (tx: Transaction, { paymentId, orderId, attempt }: PaymentOverdue, reason: string) =>
  appendToOutbox(tx, paymentDeclined, { paymentId, orderId, attempt, reason });
