import type { LookupOutcome, NamedPayment, Unknown } from '../provider/index.js';
import { declineReason } from './errors.js';
import type { TossPayment } from './schemas.js';

/**
 * Reads Toss Payments' account of a try to pay. Money counts only when it is this payment's, to the won. A status that
 * it has not documented is no proof of anything.
 */
export function readPayment(found: TossPayment, { id, amount }: NamedPayment): LookupOutcome {
  const { status, totalAmount, approvedAt } = found;
  const cancelled = totalAmount - found.balanceAmount;
  if (found.orderId !== id) return unknown('the answer is about another payment');
  switch (status) {
    case 'READY':
    case 'IN_PROGRESS':
    // An account to pay into was given out, which our page does not offer. Nothing has come in.
    case 'WAITING_FOR_DEPOSIT':
      return { kind: 'in-progress', status };
    case 'DONE':
    case 'PARTIAL_CANCELED':
      if (totalAmount !== amount) return unknown('the answer is about another amount');
      if (!approvedAt) return unknown(`${status} without its details`);
      return { kind: 'approved', amount, cancelled, approvedAt, providerId: found.paymentKey };
    case 'CANCELED':
      if (totalAmount !== amount) return unknown('the answer is about another amount');
      return { kind: 'cancelled', amount, cancelled };
    case 'ABORTED':
      return { kind: 'declined', reason: declineReason(found.failure?.code ?? '') ?? 'OTHER' };
    case 'EXPIRED':
      return { kind: 'declined', reason: 'EXPIRED' };
    default:
      return unknown('undocumented status');
  }
}

export const unknown = (cause: string): Unknown => ({ kind: 'unknown', cause });
