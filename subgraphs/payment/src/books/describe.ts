import type { Fact, FactProvider } from './facts.js';

const NAMES: Record<FactProvider, string> = { KAKAOPAY: 'KakaoPay', TOSS_PAYMENTS: 'Toss Payments' };

/** What an entry is called in the journal: of the fact that it was written for, and of no person. */
export function describe(fact: Fact): string {
  switch (fact.kind) {
    case 'CAPTURE':
      return `Paid by ${NAMES[fact.provider]}`;
    case 'SALE':
      return 'Order confirmed';
    case 'REFUND':
      return `Refunded by ${NAMES[fact.provider]}`;
    default:
      return fact satisfies never;
  }
}
