import { DEFAULT_TIME_ZONE, type RefundPolicyTerms, type RefundShare } from '@stampede/shared/messages';
import { isGoods } from '../delivery/goods.js';
import { OrderStatus } from '../order-status.js';
import { dayOf } from './calendar.js';

interface QuotedLine {
  quantity: number;
  unit_price: number;
  refund_policy: RefundPolicyTerms;
}

/**
 * What cancelling an order at `now` gives back, in won: what `refundQuote` shows and `cancelOrder` asks payment for.
 *
 * | order | what goes back |
 * |---|---|
 * | PAID | everything: its units are not the buyer's yet |
 * | CONFIRMED, PREPARING | by each line's refund policy |
 * | PENDING_PAYMENT | nothing: nothing was paid |
 * | SHIPPED, DELIVERED | nothing: it cannot be cancelled, tickets beside a parcel neither |
 * | EXPIRED, CANCELLED, REFUNDING, REFUNDED | nothing more |
 */
export function quoteOrder(
  { status, total }: { status: OrderStatus; total: number },
  lines: readonly QuotedLine[],
  now: Date,
): number {
  switch (status) {
    case OrderStatus.PAID:
      return total;
    case OrderStatus.CONFIRMED:
    case OrderStatus.PREPARING:
      return quoteRefund(lines, now);
    case OrderStatus.PENDING_PAYMENT:
    case OrderStatus.SHIPPED:
    case OrderStatus.DELIVERED:
    case OrderStatus.EXPIRED:
    case OrderStatus.CANCELLED:
    case OrderStatus.REFUNDING:
    case OrderStatus.REFUNDED:
      return 0;
    default:
      return status satisfies never;
  }
}

/**
 * What these lines' refund policies give back at `now`, in won, rounded down for each line.
 *
 * For a ticket, days are counted between the dates of now and of its day of use, both where the sale is. A tier is
 * reached until the end of the day so many days before; of those reached the best applies, so that waiting never
 * pays; after the last one, nothing. Without a day of use everything is given back until it ships.
 */
export const quoteRefund = (lines: readonly QuotedLine[], now: Date): number =>
  lines.reduce((sum, line) => sum + quoteLine(line, now), 0);

/** The same by seller, of those who give anything back: the shares add up to it. */
export function quoteShares(
  lines: readonly (QuotedLine & { seller_id: string })[],
  now: Date,
): RefundShare[] {
  const shares = new Map<string, number>();
  for (const line of lines) {
    const amount = quoteLine(line, now);
    if (amount > 0) shares.set(line.seller_id, (shares.get(line.seller_id) ?? 0) + amount);
  }
  return [...shares].map(([sellerId, amount]) => ({ sellerId, amount }));
}

const quoteLine = (line: QuotedLine, now: Date): number =>
  shareOf(line.quantity * line.unit_price, percentOf(line, now));

/** Percent of an amount, rounded down, by steps that stay safe integers: 100 times the dearest line would be none. */
const shareOf = (amount: number, percent: number) =>
  Math.floor(amount / 100) * percent + Math.floor(((amount % 100) * percent) / 100);

function percentOf(line: QuotedLine, now: Date): number {
  if (isGoods(line)) return 100;
  const { usedOn, tiers, timeZone = DEFAULT_TIME_ZONE } = line.refund_policy;
  const daysLeft = dayOf(new Date(usedOn as string), timeZone) - dayOf(now, timeZone);
  const reached = tiers.filter(({ daysBefore }) => daysLeft >= daysBefore);
  return Math.max(0, ...reached.map(({ percent }) => percent));
}
