import type { Approval } from '../decision/record-outcome.js';
import type { PaymentParts } from '../payment-parts.js';
import type { PaymentRow } from '../payment-row.js';
import { DeclineReason } from '../payment.entity.js';

/** Why a READY payment is over, or that its money was taken although nobody here has heard so. */
export type End = { kind: 'over'; reason: DeclineReason } | { kind: 'taken'; approval: Approval };

/** Whether a READY payment can still be paid: `open` as far as anybody knows. Asks the provider while its window lasts. */
export async function whatBecameOf(
  { providers }: PaymentParts,
  ready: PaymentRow,
): Promise<End | { kind: 'open' }> {
  if (ready.window_ends_at.getTime() <= Date.now()) return { kind: 'over', reason: DeclineReason.EXPIRED };
  const found = await providers[ready.provider].lookup(ready);
  switch (found.kind) {
    case 'approved':
      return { kind: 'taken', approval: found };
    case 'cancelled':
      return { kind: 'over', reason: DeclineReason.CANCELLED_BY_BUYER };
    case 'declined':
      return { kind: 'over', reason: DeclineReason[found.reason] };
    case 'in-progress':
    case 'unknown':
      return { kind: 'open' };
    default:
      return found satisfies never;
  }
}
