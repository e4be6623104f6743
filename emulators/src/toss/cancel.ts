import type { ErrorCode } from './errors.js';
import type { Ledger } from './ledger.js';
import { balanceOf, isApproved, newTransactionKey, taxFreeBalanceOf, type Payment } from './payment.js';
import type { CancelRequest } from './requests.js';

/** Gives all of a captured payment back, or a part of it. @returns the payment as it is then, or why not */
export function cancel(
  ledger: Ledger,
  paymentKey: string,
  request: CancelRequest,
  decline: boolean,
): Payment | ErrorCode {
  const payment = ledger.byKey(paymentKey);
  if (!payment) return 'NOT_FOUND_PAYMENT';
  if (payment.status === 'CANCELED') return 'ALREADY_CANCELED_PAYMENT';
  if (!isApproved(payment)) return 'NOT_CANCELABLE_PAYMENT';
  const balance = balanceOf(payment);
  const taxFreeBalance = taxFreeBalanceOf(payment);
  const { cancelAmount: amount = balance, refundableAmount = balance } = request;
  if (refundableAmount !== balance) return 'NOT_MATCHES_REFUNDABLE_AMOUNT';
  if (amount > balance) return 'NOT_CANCELABLE_AMOUNT';
  const isWhole = amount === balance;
  const taxFreeAmount = isWhole ? taxFreeBalance : (request.taxFreeAmount ?? 0);
  // Neither kind can give back more than is left of it.
  const isPossible = taxFreeAmount <= taxFreeBalance && amount - taxFreeAmount <= balance - taxFreeBalance;
  if (!isPossible || taxFreeAmount > amount) return 'INVALID_REQUEST';
  if (decline) return 'REFUND_REJECTED';

  const transactionKey = newTransactionKey();
  payment.cancels.push({
    transactionKey,
    amount,
    taxFreeAmount,
    refundableAmount: balance - amount,
    reason: request.cancelReason,
    at: ledger.now(),
  });
  payment.lastTransactionKey = transactionKey;
  ledger.move(payment, isWhole ? 'CANCELED' : 'PARTIAL_CANCELED');
  return payment;
}
