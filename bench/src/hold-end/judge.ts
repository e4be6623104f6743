import type { Books } from '@stampede/shared/testing';
import { checkInvariants, checkLeftOver, type Check } from '../judging/check.js';
import type { Settled } from '../judging/settle.js';
import type { Delays } from './delays.js';

export interface Evidence extends Settled {
  orders: number;
  toBuyer: Delays;
  toViewer: Delays;
  books: Books;
}

/** Holds what buyers and viewers saw, and what the stores say, against what ended. */
export function judge({ orders, toBuyer, toViewer, books, leftOver, invariants }: Evidence): Check[] {
  return [
    { claim: 'orders whose buyer did not see them EXPIRED', wanted: 0, found: toBuyer.missed },
    { claim: '  seen a second or later', wanted: 0, found: toBuyer.slow },
    { claim: 'units that no viewer saw come back', wanted: 0, found: toViewer.missed },
    { claim: '  seen a second or later', wanted: 0, found: toViewer.slow },
    { claim: 'orders EXPIRED', wanted: orders, found: books.orders.EXPIRED ?? 0 },
    { claim: 'Redis: available', wanted: orders, found: books.redis?.available ?? Number.NaN },
    { claim: 'Redis: held', wanted: 0, found: books.redis?.held ?? Number.NaN },
    { claim: 'PostgreSQL: units in living orders', wanted: 0, found: books.postgresql.inLivingOrders },
    ...checkLeftOver(leftOver),
    ...checkInvariants(invariants),
  ];
}
