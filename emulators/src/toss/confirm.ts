import { messageOf, type ErrorCode, type Language } from './errors.js';
import type { Ledger } from './ledger.js';
import { isApproved, newTransactionKey, type Payment } from './payment.js';
import type { ConfirmRequest } from './requests.js';

/**
 * Captures what the buyer agreed to. A refusal by the bank ends the payment; a mistake leaves it as it was.
 * @returns the payment as it is then, or why not
 */
export function confirm(
  ledger: Ledger,
  request: ConfirmRequest,
  { decline, language }: { decline: boolean; language: Language },
): Payment | ErrorCode {
  const payment = ledger.byKey(request.paymentKey);
  if (!payment) return 'NOT_FOUND_PAYMENT';
  if (payment.orderId !== request.orderId) return 'NOT_FOUND_PAYMENT_SESSION';
  if (isApproved(payment) || payment.status === 'ABORTED') return 'ALREADY_PROCESSED_PAYMENT';
  // Expired, or its buyer has not paid.
  if (payment.status !== 'IN_PROGRESS') return 'NOT_FOUND_PAYMENT_SESSION';
  if (payment.amount !== request.amount) return 'INVALID_REQUEST';
  if (ledger.ofOrder(payment.orderId).some(isApproved)) return 'DUPLICATED_ORDER_ID';

  const refusal = decline ? 'REJECT_CARD_PAYMENT' : payment.refusal;
  if (refusal) {
    payment.failure = { code: refusal, message: messageOf(refusal, language) };
    ledger.move(payment, 'ABORTED');
    return refusal;
  }
  payment.approvedAt = ledger.now();
  payment.lastTransactionKey = newTransactionKey();
  ledger.move(payment, 'DONE');
  return payment;
}
