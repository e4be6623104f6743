import { passing } from '@stampede/shared/crash-points';
import { refundLateApproval } from '../decision/record-outcome.js';
import type { PaymentParts } from '../payment-parts.js';
import { move, type PaymentRow } from '../payment-row.js';
import { PaymentStatus } from '../payment-status.js';
import type { End } from './what-became-of.js';

/**
 * Ends a payment that nobody is deciding. Whoever was to look at it once more still does: what ends it here proves
 * nothing about a call that somebody else has sent. Money that was taken goes back: nobody awaits it any more.
 *
 * @returns undefined when it is READY no more.
 */
export function endReady(
  { database }: PaymentParts,
  ready: PaymentRow,
  end: End,
): Promise<PaymentRow | undefined> {
  if (end.kind === 'taken') return refundLateApproval(database, ready, end.approval);
  const changes = { decline_reason: end.reason, look_at: 'as planned' } as const;
  return passing('end-ready', 'commit', () =>
    move(database, ready, PaymentStatus.READY, PaymentStatus.DECLINED, changes),
  );
}
