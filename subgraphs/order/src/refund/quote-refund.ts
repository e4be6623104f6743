import type { RefundPolicyTerms } from '@stampede/shared/messages';

const DAY_MS = 24 * 60 * 60 * 1_000;
/** Korea has one time zone and no summer time. */
const SEOUL_OFFSET_MS = 9 * 60 * 60 * 1_000;

interface QuotedLine {
  quantity: number;
  unit_price: number;
  refund_policy: RefundPolicyTerms;
}

/**
 * What cancelling at `now` gives back of these lines, in won, rounded down for each line.
 *
 * For a ticket, days are counted between dates in Seoul, and the tier with the most days that are still left
 * applies; after the last tier, nothing. Without a day of use everything is given back until it ships.
 */
export function quoteRefund(lines: readonly QuotedLine[], now: Date): number {
  return lines.reduce((sum, { quantity, unit_price, refund_policy }) => {
    return sum + Math.floor((quantity * unit_price * percentOf(refund_policy, now)) / 100);
  }, 0);
}

function percentOf({ usedOn, tiers }: RefundPolicyTerms, now: Date): number {
  if (usedOn === null) return 100;
  const daysLeft = dayInSeoul(new Date(usedOn)) - dayInSeoul(now);
  const reached = tiers.filter(({ daysBefore }) => daysLeft >= daysBefore);
  const best = reached.toSorted((a, b) => b.daysBefore - a.daysBefore)[0];
  return best?.percent ?? 0;
}

const dayInSeoul = (date: Date) => Math.floor((date.getTime() + SEOUL_OFFSET_MS) / DAY_MS);
