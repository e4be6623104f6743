import type { Books } from '@stampede/shared/testing';
import { checkInvariants, checkLeftOver, type Check } from '../judging/check.js';
import type { Settled } from '../judging/settle.js';
import type { Met } from './phase.js';

export interface Evidence extends Settled {
  fullLoad: Met;
  overload: Met;
  flood: Met;
  /** Decisions a second that the machine could have made in each, by what else came. */
  reachable: { overload: number; flood: number };
  /** Answers that were neither a decision nor a refusal that says when to come again, of all kinds and parts. */
  stray: number;
  recoveredAfterMs: number;
  growing: string[];
  /** Orders that buyers were told of, and how many of them PostgreSQL does not know. */
  told: number;
  missing: number;
  stock: number;
  books: Books;
}

/** Of what could be decided a second; the rest is for what refusing costs beyond reading. */
const SHARE = 0.8;
const SLOWER = 3;
const RECOVER_WITHIN_MS = 5_000;

/** Holds what buyers met against what the machine can do, and against the books. */
export function judge(evidence: Evidence): Check[] {
  const { fullLoad, overload, flood, reachable, told, stock, books } = evidence;
  const orders = Object.values(books.orders).reduce((sum, count) => sum + count, 0);
  return [
    { claim: 'answers that are neither true nor a refusal with a time', wanted: 0, found: evidence.stray },
    {
      claim: 'overload: decisions a second, short of four fifths of what is left to reach',
      wanted: 0,
      found: shortOf(overload.served, reachable.overload),
    },
    { claim: '  ms of p99 beyond three times full load’s', wanted: 0, found: beyond(overload, fullLoad) },
    {
      claim: 'floods: decisions a second, short of four fifths of what is left to reach',
      wanted: 0,
      found: shortOf(flood.served, reachable.flood),
    },
    { claim: '  ms of p99 beyond three times full load’s', wanted: 0, found: beyond(flood, fullLoad) },
    {
      claim: 'ms until all was as before, beyond five seconds',
      wanted: 0,
      found: Math.max(0, evidence.recoveredAfterMs - RECOVER_WITHIN_MS),
    },
    { claim: 'processes whose memory grew', wanted: 0, found: evidence.growing.length },
    { claim: 'orders that PostgreSQL does not know', wanted: 0, found: evidence.missing },
    { claim: 'orders that no buyer was told of', wanted: 0, found: orders - told },
    { claim: 'Redis: available', wanted: stock - orders, found: books.redis?.available ?? Number.NaN },
    { claim: 'Redis: held', wanted: orders, found: books.redis?.held ?? Number.NaN },
    {
      claim: 'PostgreSQL: units in living orders',
      wanted: orders,
      found: books.postgresql.inLivingOrders,
    },
    ...checkLeftOver(evidence.leftOver),
    ...checkInvariants(evidence.invariants),
  ];
}

const shortOf = (served: number, reachable: number) => Math.max(0, Math.ceil(SHARE * reachable - served));

const beyond = (met: Met, fullLoad: Met) =>
  Math.max(0, Math.ceil((met.servedTimes?.p99 ?? Infinity) - SLOWER * (fullLoad.servedTimes?.p99 ?? 0)));
