import { capturesIn, refundsIn, saleIn, type Fact, type Refund, type Sale } from './facts.js';
import { shareOf, sum } from './positions.js';

/**
 * Why facts of one order cannot all be true, whichever of them was known first; undefined when they can. Of such facts
 * the accounts could not be told.
 */
export function contradictionIn(facts: readonly Fact[]): string | undefined {
  const sale = saleIn(facts);
  const refunds = refundsIn(facts);
  if (sale && sum(sale.parts.map(({ subtotal }) => subtotal)) !== sale.amount) {
    return `order ${sale.key} is not the sum of its lines`;
  }
  for (const { key, provider, amount } of capturesIn(facts)) {
    if (sale?.paymentId === key && sale.amount !== amount) {
      return `order ${sale.key} of ${sale.amount} is paid by ${key} of ${amount}`;
    }
    const ofIt = refunds.filter(({ paymentId }) => paymentId === key);
    if (ofIt.some((refund) => refund.provider !== provider))
      return `payment ${key} is another provider's than its refund`;
    if (sum(ofIt.map((refund) => refund.amount)) > amount)
      return `more is given back than payment ${key} has taken`;
  }
  return (
    refunds.map(unevenShares).find((found) => found !== undefined) ??
    (sale &&
      tooMuchOf(
        sale,
        refunds.filter(({ paymentId }) => paymentId === sale.paymentId),
      ))
  );
}

const unevenShares = ({ key, amount, parts }: Refund): string | undefined =>
  parts && sum(parts.map((part) => part.amount)) !== amount
    ? `refund ${key} is not the sum of its shares`
    : undefined;

function tooMuchOf(sale: Sale, refunds: readonly Refund[]): string | undefined {
  if (sum(refunds.map(({ amount }) => amount)) > sale.amount)
    return `more is given back than order ${sale.key} was`;
  const sellers = new Set(sale.parts.map(({ sellerId }) => sellerId));
  for (const { key, parts } of refunds) {
    if (parts?.some(({ sellerId }) => !sellers.has(sellerId)))
      return `refund ${key} has a share of who sold nothing`;
  }
  const over = sale.parts.find(
    ({ sellerId, subtotal }) => sum(refunds.map((refund) => shareOf(sellerId, refund))) > subtotal,
  );
  return over && `more is given back than ${over.sellerId} sold in order ${sale.key}`;
}
