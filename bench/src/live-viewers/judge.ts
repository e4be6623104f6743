import type { Books } from '@stampede/shared/testing';
import { checkMade } from '../checkouts/check-made.js';
import { checkInvariants, checkLeftOver, type Check } from '../judging/check.js';
import type { Settled } from '../judging/settle.js';
import type { ShownChanges } from './show-changes.js';
import type { Arrival } from './viewers/arrivals.js';

export interface Evidence extends Settled {
  viewers: number;
  stock: number;
  connecting: Arrival;
  storm: Arrival;
  /** Everything that was shown but for the search, which goes on until it is too much. */
  shown: ShownChanges[];
  /** All checkouts that were orders. */
  orders: number;
  /** Checkouts that were to be made of what was shown. */
  wantedCheckouts: number;
  /** Checkouts of what was shown that were none. */
  otherAnswers: number;
  /** Connections that ended by themselves. */
  lost: number;
  /** Viewers whose last frame shows what is left in the end. */
  showingTheEnd: number;
  books: Books;
}

/** Holds what viewers were shown, and what the stores say, against what was sold. */
export function judge(evidence: Evidence): Check[] {
  const { viewers, connecting, storm, shown } = evidence;
  const failures = ({ failures }: Arrival) =>
    Object.values(failures).reduce((total, count) => total + count, 0);
  return [
    { claim: 'viewers who came', wanted: viewers, found: connecting.arrived },
    { claim: 'connections that failed as they came', wanted: 0, found: failures(connecting) },
    { claim: 'viewers who came back after the storm', wanted: viewers, found: storm.arrived },
    { claim: 'connections that failed in the storm', wanted: 0, found: failures(storm) },
    { claim: 'connections that ended by themselves', wanted: 0, found: evidence.lost },
    {
      claim: 'changes that a viewer missed',
      wanted: 0,
      found: shown.reduce((total, { missed }) => total + missed, 0),
    },
    { claim: 'viewers whose last frame shows what is left', wanted: viewers, found: evidence.showingTheEnd },
    checkMade(evidence.wantedCheckouts, madeOf(evidence)),
    ...checkBooks(evidence),
    ...checkInvariants(evidence.invariants),
  ];
}

const madeOf = ({ shown, otherAnswers }: Evidence) =>
  shown.reduce((total, { changes }) => total + changes, otherAnswers);

function checkBooks({ stock, orders, otherAnswers, books, leftOver }: Evidence): Check[] {
  const { redis, postgresql } = books;
  return [
    { claim: 'checkouts that were no order', wanted: 0, found: otherAnswers },
    { claim: 'Redis: available', wanted: stock - orders, found: redis?.available ?? Number.NaN },
    { claim: 'Redis: held', wanted: orders, found: redis?.held ?? Number.NaN },
    { claim: 'PostgreSQL: units in living orders', wanted: orders, found: postgresql.inLivingOrders },
    ...checkLeftOver(leftOver),
  ];
}
