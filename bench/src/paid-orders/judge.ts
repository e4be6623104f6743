import type { Books } from '@stampede/shared/testing';
import { PRICE } from '../checkouts/put-on-sale.js';
import { checkInvariants, checkLeftOver, type Check } from '../judging/check.js';
import type { Settled } from '../judging/settle.js';

export interface Evidence extends Settled {
  /** Whose buyers were told that their payment is approved. */
  bought: number;
  stock: number;
  books: Books;
}

/** Holds what buyers were told against the books of every store. */
export function judge({ bought, stock, books, leftOver, invariants }: Evidence): Check[] {
  const { redis, postgresql, orders, payments } = books;
  const allOrders = Object.values(orders).reduce((sum, count) => sum + count, 0);
  return [
    { claim: 'orders, all statuses', wanted: bought, found: allOrders },
    { claim: 'orders CONFIRMED', wanted: bought, found: orders.CONFIRMED ?? 0 },
    { claim: 'Redis: available', wanted: stock - bought, found: redis?.available ?? Number.NaN },
    { claim: 'Redis: held', wanted: 0, found: redis?.held ?? Number.NaN },
    { claim: 'Redis: sold', wanted: bought, found: redis?.sold ?? Number.NaN },
    { claim: 'PostgreSQL: sold', wanted: bought, found: postgresql.sold },
    { claim: 'PostgreSQL: units in living orders', wanted: bought, found: postgresql.inLivingOrders },
    { claim: 'payments captured', wanted: bought, found: payments.captured },
    { claim: 'won captured', wanted: bought * PRICE, found: payments.capturedAmount },
    { claim: 'payments refunded', wanted: 0, found: payments.refunded },
    ...checkLeftOver(leftOver),
    ...checkInvariants(invariants),
  ];
}
