import { checkMade } from '../checkouts/check-made.js';
import { checkInvariants, checkLeftOver, type Check } from '../judging/check.js';
import type { Settled } from '../judging/settle.js';

export interface Evidence extends Settled {
  products: number;
  reads: number;
  /** Reads that took a second or longer. */
  slow: number;
  failures: Record<string, number>;
  /** Checkouts that were to be made, and that were orders. */
  wantedCheckouts: number;
  orders: number;
  /** Answers to checkouts that were no order. */
  otherAnswers: Record<string, number>;
  /** Products that were read when all was over, and how many of these reads are not what the books say. */
  readInTheEnd: number;
  wrongInTheEnd: number;
}

/** Of a hundred reads, one may take a second or longer. */
const SLOW_OF = 100;

/** Holds what was read against what is true. */
export function judge(evidence: Evidence): Check[] {
  const { reads, slow, failures, otherAnswers } = evidence;
  return [
    { claim: 'reads that told no stock', wanted: 0, found: sum(failures) },
    {
      claim: 'reads of a second or longer, beyond one of a hundred',
      wanted: 0,
      found: Math.max(0, slow - Math.floor(reads / SLOW_OF)),
    },
    { claim: 'products read in the end', wanted: evidence.products, found: evidence.readInTheEnd },
    { claim: '  of them, not what the books say', wanted: 0, found: evidence.wrongInTheEnd },
    checkMade(evidence.wantedCheckouts, evidence.orders + sum(otherAnswers)),
    { claim: 'checkouts that were no order', wanted: 0, found: sum(otherAnswers) },
    ...checkLeftOver(evidence.leftOver),
    ...checkInvariants(evidence.invariants),
  ];
}

const sum = (counts: Record<string, number>) =>
  Object.values(counts).reduce((total, count) => total + count, 0);
