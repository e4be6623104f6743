import type { Books } from '@stampede/shared/testing';
import { checkInvariants, checkLeftOver, type Check } from '../judging/check.js';
import type { Settled } from '../judging/settle.js';
import type { Aftermath } from './aftermath.js';
import type { LossKind } from './arguments.js';
import type { OrdersCompared } from './compare-orders.js';

export interface Evidence extends Settled {
  loss: LossKind;
  stock: number;
  aftermath: Aftermath;
  /** Until the product stood again, whole; null when it never did. */
  rebuiltMs: number | null;
  /** Answers that are neither a decision nor a refusal that says when to come again. */
  stray: number;
  /** Orders that buyers were told of. */
  told: number;
  orders: OrdersCompared;
  books: Books;
}

const SELLING_WITHIN_MS = 2_000;

/** Holds what buyers met, and every order by its id, against both stores. */
export function judge(evidence: Evidence): Check[] {
  const { loss, stock, told, aftermath, orders, books } = evidence;
  const { inLivingOrders: units } = books.postgresql;
  const late = (ms: number | null) => Math.max(0, Math.ceil((ms ?? Infinity) - SELLING_WITHIN_MS));
  return [
    {
      claim: 'ms until the first decision, beyond two seconds',
      wanted: 0,
      found: late(aftermath.firstDecisionMs),
    },
    {
      claim: 'ms until the product stands, whole, beyond two seconds',
      wanted: 0,
      found: late(evidence.rebuiltMs),
    },
    { claim: 'answers that are neither true nor a refusal with a time', wanted: 0, found: evidence.stray },
    {
      claim: 'units in living orders, beyond those that exist',
      wanted: 0,
      found: Math.max(0, units - stock),
    },
    { claim: 'orders told that PostgreSQL does not hold', wanted: 0, found: orders.lostInPostgresql },
    { claim: 'orders told that Redis does not hold', wanted: 0, found: orders.lostInRedis },
    { claim: 'orders held in Redis alone', wanted: 0, found: orders.onlyInRedis },
    { claim: 'orders told, beyond those that there are', wanted: 0, found: Math.max(0, told - units) },
    ...(loss === 'put-back'
      ? []
      : [
          {
            claim: 'units of one buyer, beyond the limit',
            wanted: 0,
            found: Math.max(0, books.limits.mostOfOneBuyer - books.limits.perBuyer),
          },
        ]),
    { claim: 'Redis: available', wanted: stock - units, found: books.redis?.available ?? Number.NaN },
    { claim: 'Redis: held', wanted: units, found: books.redis?.held ?? Number.NaN },
    ...checkLeftOver(evidence.leftOver),
    ...checkInvariants(
      // What the documentation says of it: the limit is not guarded in the second that is put back.
      loss === 'put-back'
        ? evidence.invariants.filter(
            ({ invariant, claim }) => !(invariant === 2 && claim.startsWith('no buyer')),
          )
        : evidence.invariants,
    ),
  ];
}
