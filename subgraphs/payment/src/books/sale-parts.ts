import type { OrderConfirmed } from '@stampede/shared/messages';
import type { SalePart } from './facts.js';
import { proportion } from './proportion.js';

/**
 * What each seller has sold in an order, by seller, with the platform's fee: of the sum of a seller's lines, rounded
 * down to a won.
 *
 * @param feeBasisPoints hundredths of a percent.
 */
export function salePartsOf(lines: OrderConfirmed['lines'], feeBasisPoints: number): SalePart[] {
  const subtotals = new Map<string, number>();
  for (const { sellerId, subtotal } of lines) {
    subtotals.set(sellerId, (subtotals.get(sellerId) ?? 0) + subtotal);
  }
  return [...subtotals]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([sellerId, subtotal]) => ({
      sellerId,
      subtotal,
      fee: proportion(subtotal, feeBasisPoints, 10_000),
    }));
}
