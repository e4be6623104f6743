import type { z } from 'zod';
import type { LookupOutcome } from './outcomes.js';
import type { orderAnswer } from './schemas.js';

/** Reads KakaoPay's account of a payment. A status that it has not documented is no proof of anything. */
export function readOrder(order: z.infer<typeof orderAnswer>): LookupOutcome {
  const { status } = order;
  switch (status) {
    case 'READY':
    case 'SEND_TMS':
    case 'OPEN_PAYMENT':
    case 'SELECT_METHOD':
    case 'ARS_WAITING':
    case 'AUTH_PASSWORD':
      return { kind: 'in-progress', status };
    case 'SUCCESS_PAYMENT':
    case 'PART_CANCEL_PAYMENT':
      return approved(order);
    case 'CANCEL_PAYMENT':
      return cancelled(order);
    case 'QUIT_PAYMENT':
      return { kind: 'declined', reason: 'CANCELLED_BY_BUYER' };
    case 'FAIL_PAYMENT':
      return { kind: 'declined', reason: 'CARD_REFUSED' };
    case 'FAIL_AUTH_PASSWORD':
      return { kind: 'declined', reason: 'OTHER' };
    default:
      return { kind: 'unknown', cause: 'undocumented status' };
  }
}

function approved(order: z.infer<typeof orderAnswer>): LookupOutcome {
  const { amount, canceled_amount: back, cancel_available_amount: left, approved_at: approvedAt } = order;
  if (!amount || !left || !approvedAt)
    return { kind: 'unknown', cause: `${order.status} without its details` };
  const cancelled = back?.total ?? 0;
  return { kind: 'approved', amount: amount.total, cancelled, cancelAvailable: left.total, approvedAt };
}

function cancelled({ status, amount, canceled_amount: back }: z.infer<typeof orderAnswer>): LookupOutcome {
  if (!amount || !back) return { kind: 'unknown', cause: `${status} without its details` };
  return { kind: 'cancelled', amount: amount.total, cancelled: back.total };
}
