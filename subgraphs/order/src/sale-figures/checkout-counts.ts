import type { RefusalReason } from '@stampede/shared/messages';

/** What one process has decided of a product in one second. */
export interface Tally extends Record<RefusalReason, number> {
  productId: string;
  /** Since 1970. */
  second: number;
  /** Answers, orders and refusals; the refusals are counted by their reasons besides. */
  decisions: number;
}

/** Counts the answers to checkouts, in memory: one look into a map for each. */
export interface CheckoutCounts {
  add(productId: string, refusedFor?: RefusalReason): void;
  /** Everything counted so far, and forgets it. A product's second may come in two parts. */
  take(): Tally[];
}

/** Seconds of products: ten minutes of sixteen busy sales, some 2 MB. */
const MOST = 10_000;

/**
 * @param now milliseconds since 1970.
 * @param most how many seconds of products are kept apart while nobody takes them; beyond that a product's seconds
 * become one, its latest: how much was decided stays right, and when it was gets coarse.
 */
export function openCheckoutCounts(now: () => number = Date.now, most = MOST): CheckoutCounts {
  const current = new Map<string, Tally>();
  let past: Tally[] = [];
  let room = most;

  function begin(productId: string, second: number, before: Tally | undefined): Tally {
    if (before) past.push(before);
    if (past.length > room) {
      past = mergeSeconds(past);
      // More products than that are all kept; merging again is worth while when there are twice as many.
      room = Math.max(most, past.length * 2);
    }
    const tally = { productId, second, decisions: 0, SoldOut: 0, SaleNotOpen: 0, LimitExceeded: 0 };
    current.set(productId, tally);
    return tally;
  }

  return {
    add: (productId, refusedFor) => {
      const second = Math.floor(now() / 1_000);
      const known = current.get(productId);
      const tally = known?.second === second ? known : begin(productId, second, known);
      tally.decisions += 1;
      if (refusedFor !== undefined) tally[refusedFor] += 1;
    },
    take: () => {
      const taken = [...past, ...current.values()];
      past = [];
      current.clear();
      room = most;
      return taken;
    },
  };
}

/** One for each product, of the latest second that it has. */
function mergeSeconds(tallies: readonly Tally[]): Tally[] {
  const merged = new Map<string, Tally>();
  for (const tally of tallies) {
    const sum = merged.get(tally.productId);
    if (!sum) {
      merged.set(tally.productId, tally);
      continue;
    }
    sum.second = Math.max(sum.second, tally.second);
    for (const key of ['decisions', 'SoldOut', 'SaleNotOpen', 'LimitExceeded'] as const)
      sum[key] += tally[key];
  }
  return [...merged.values()];
}
