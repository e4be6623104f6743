import { DEPOSITS, FEES, payable, receivable } from './accounts.js';
import { capturesIn, refundsIn, saleIn, type Fact, type Refund, type Sale, type SalePart } from './facts.js';
import { proportion, shareOut } from './proportion.js';

/**
 * Where an order stands in the accounts: debits less credits of each, in won, which add up to 0. It follows from what
 * has happened, in whichever order that became known.
 *
 * | fact | debit | credit |
 * |---|---|---|
 * | capture | the provider's receivable | deposits |
 * | sale | deposits | each seller's payable, fees |
 * | refund of the payment that the sale was paid by | each seller's payable, fees | the provider's receivable |
 * | refund of another payment, or of an order that was never sold | deposits | the provider's receivable |
 *
 * @param facts without a contradiction, see `contradictionIn`.
 */
export function positions(facts: readonly Fact[]): Map<string, number> {
  const position = new Map<string, number>();
  const debit = (account: string, won: number) => position.set(account, (position.get(account) ?? 0) + won);
  const sale = saleIn(facts);

  for (const { provider, amount } of capturesIn(facts)) {
    debit(receivable(provider), amount);
    debit(DEPOSITS, -amount);
  }
  if (sale) {
    debit(DEPOSITS, sale.amount);
    for (const { sellerId, subtotal, fee } of remaining(sale, refundsIn(facts))) {
      debit(payable(sellerId), fee - subtotal);
      debit(FEES, -fee);
    }
  }
  for (const { paymentId, provider, amount } of refundsIn(facts)) {
    debit(receivable(provider), -amount);
    if (paymentId !== sale?.paymentId) debit(DEPOSITS, amount);
  }
  return position;
}

/**
 * What is left of a sale after refunds of it. What names no shares is taken from what the shares leave, in proportion.
 * The fee goes back in proportion to all that went back, so that no refund rounds on top of another's rounding.
 */
function remaining(sale: Sale, refunds: readonly Refund[]): SalePart[] {
  const ofSale = refunds.filter(({ paymentId }) => paymentId === sale.paymentId);
  const shared = sale.parts.map(({ sellerId }) => sum(ofSale.map((refund) => shareOf(sellerId, refund))));
  const unshared = sum(ofSale.map(({ amount, parts }) => (parts ? 0 : amount)));
  const others = shareOut(
    unshared,
    sale.parts.map(({ subtotal }, index) => subtotal - (shared[index] as number)),
  );
  return sale.parts.map(({ sellerId, subtotal, fee }, index) => {
    const back = (shared[index] as number) + (others[index] as number);
    return { sellerId, subtotal: subtotal - back, fee: fee - proportion(fee, back, subtotal) };
  });
}

/** What a seller's lines give back by a refund that says so. */
export const shareOf = (sellerId: string, { parts }: Refund): number =>
  sum((parts ?? []).filter((part) => part.sellerId === sellerId).map(({ amount }) => amount));

export const sum = (amounts: readonly number[]): number =>
  amounts.reduce((total, amount) => total + amount, 0);
