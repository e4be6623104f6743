import { paymentRefunded, refundRequested, type RefundShare } from '@stampede/shared/messages';
import { appendToOutbox, Contradiction, on, type Handler } from '@stampede/shared/messaging';
import { PAYMENT_COLUMNS, move, type PaymentRow } from '../payment-row.js';
import { PaymentStatus } from '../payment-status.js';
import { insertRefund } from './insert-refund.js';

interface Asked {
  key: string;
  amount: number;
  shares: RefundShare[] | null;
  refunded_at: Date | null;
}

/**
 * Order asks for money to go back.
 *
 * | payment | what refund.requested does |
 * |---|---|
 * | APPROVED, PARTIALLY_REFUNDED | REFUNDING; the refund is tried from now on |
 * | REFUNDING | the refund waits for the one before it |
 * | any, with a key whose refund is under way | already so |
 * | any, with a key whose refund is done | already so: payment.refunded again, for whoever asks again |
 * | of more than is left of it, as when it is REFUNDED; with another payment's key; READY, APPROVING, DECLINED, CANCELLED; no such payment | a contradiction: a dead letter, for people to look at |
 */
export const onRefundRequested: Handler = on(refundRequested, async (tx, refund) => {
  const { paymentId, orderId, key, amount } = refund;
  const [payment] = await tx.query<PaymentRow>(
    `SELECT ${PAYMENT_COLUMNS} FROM payment WHERE id = $1 FOR UPDATE`,
    [paymentId],
  );
  if (!payment) throw new Contradiction(`a refund of payment ${paymentId}, which is not there`);
  const asked = await tx.query<Asked>(
    'SELECT key, amount, shares, refunded_at FROM refund WHERE payment_id = $1',
    [paymentId],
  );
  const known = asked.find((earlier) => earlier.key === key);
  if (known) {
    if (!known.refunded_at) return undefined;
    const { amount, shares } = known;
    const { provider } = payment;
    return appendToOutbox(tx, paymentRefunded, {
      paymentId,
      orderId,
      provider,
      key,
      amount,
      ...(shares && { shares }),
    });
  }
  if (!TAKEN.has(payment.status)) {
    throw new Contradiction(`a refund of payment ${paymentId}, which is ${payment.status}`);
  }
  const left = payment.amount - asked.reduce((sum, earlier) => sum + earlier.amount, 0);
  if (amount > left)
    throw new Contradiction(`a refund of ${amount} of payment ${paymentId}: ${left} is left`);
  if (!(await insertRefund(tx, refund))) throw new Contradiction(`the refund ${key} is another payment's`);
  if (payment.status !== PaymentStatus.REFUNDING) {
    await move(tx, payment, payment.status, PaymentStatus.REFUNDING);
  }
});

/** Those whose money the provider has taken; of a REFUNDED one nothing is left. */
const TAKEN: ReadonlySet<PaymentStatus> = new Set([
  PaymentStatus.APPROVED,
  PaymentStatus.REFUNDING,
  PaymentStatus.PARTIALLY_REFUNDED,
  PaymentStatus.REFUNDED,
]);
