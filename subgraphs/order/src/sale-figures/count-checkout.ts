import type { RefusalReason } from '@stampede/shared/messages';
import type { Basket } from '../checkout/basket.js';
import type { CheckoutOutcome } from '../checkout/checkout.js';
import { LimitExceeded, SaleNotOpen, SoldOut, type CheckoutRejection } from '../checkout/rejections.js';
import type { CheckoutCounts } from './checkout-counts.js';

/**
 * Counts one answer. A new order is a decision of each of its products; a refusal is one of the product that was
 * refused, and of no other in the basket: what they would have been answered nobody has asked. A repeat that is given
 * its order again decides nothing.
 */
export function countCheckout(counts: CheckoutCounts, basket: Basket, outcome: CheckoutOutcome): void {
  if ('rejection' in outcome) {
    const refused = refusalOf(outcome.rejection);
    if (refused) counts.add(refused.productId, refused.reason);
  } else if (outcome.isNew) {
    for (const { productId } of basket.lines) counts.add(productId);
  }
}

function refusalOf(rejection: CheckoutRejection): { productId: string; reason: RefusalReason } | undefined {
  if (rejection instanceof SoldOut) return { productId: rejection.productId, reason: 'SoldOut' };
  if (rejection instanceof SaleNotOpen) return { productId: rejection.productId, reason: 'SaleNotOpen' };
  if (rejection instanceof LimitExceeded) return { productId: rejection.productId, reason: 'LimitExceeded' };
  return undefined;
}
