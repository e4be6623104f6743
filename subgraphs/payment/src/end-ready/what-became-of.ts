import type { Approval } from '../decision/record-outcome.js';
import type { PaymentParts } from '../payment-parts.js';
import type { PaymentRow } from '../payment-row.js';
import { DeclineReason } from '../payment.entity.js';
import type { LookupOutcome, Providers } from '../provider/index.js';

/** Why a READY payment is over, or that its money was taken although nobody here has heard so. */
export type End = { kind: 'over'; reason: DeclineReason } | { kind: 'taken'; approval: Approval };

const EXPIRED: End = { kind: 'over', reason: DeclineReason.EXPIRED };

/**
 * Whether a READY payment can still be paid: `open` as far as anybody knows. Asks the provider while a token could
 * still be approved; once the provider's page cannot be opened any more, it is over unless it was paid.
 */
export async function whatBecameOf(
  { providers }: PaymentParts,
  ready: PaymentRow,
): Promise<End | { kind: 'open' }> {
  if (!canBeApproved(providers, ready)) return EXPIRED;
  const end = endOf(await providers[ready.provider].lookup(ready));
  return end.kind === 'open' && ready.window_ends_at.getTime() <= Date.now() ? EXPIRED : end;
}

/** Whether what its buyer has agreed to can still be approved, or they can still agree. */
export const canBeApproved = (providers: Providers, { provider, window_ends_at: end }: PaymentRow): boolean =>
  end.getTime() + providers[provider].confirmWindowMs > Date.now();

/** What the provider's word means to a payment that nobody is deciding. */
export function endOf(found: LookupOutcome): End | { kind: 'open' } {
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
