import type { Books } from '@stampede/shared/testing';
import { checkInvariants, checkLeftOver, type Check } from '../judging/check.js';
import type { Settled } from '../judging/settle.js';
import { PRICE, type OpeningSale } from './open-sale.js';
import { NO_ANSWER, type Decision } from '../checkouts/decision.js';

export interface Evidence extends Settled {
  buyers: number;
  stock: number;
  flush: boolean;
  sale: OpeningSale;
  decisions: Decision[];
  /** Orders that their winners see CONFIRMED. */
  confirmed: number;
  books: Books;
}

/** Holds what buyers were told, and what the stores say, against what a true sale is. */
export function judge(evidence: Evidence): Check[] {
  return [...checkAnswers(evidence), ...checkBooks(evidence), ...checkInvariants(evidence.invariants)];
}

function checkAnswers({ buyers, stock, flush, sale, decisions }: Evidence): Check[] {
  const winners = Math.min(buyers, stock);
  const of = (outcome: string) => decisions.filter((decision) => decision.outcome === outcome);
  const orders = of('Order');
  const soldOut = of('SoldOut');
  const right = soldOut.filter(({ productId, available }) => productId === sale.productId && available === 0);
  return [
    { claim: 'buyers without an answer', wanted: 0, found: of(NO_ANSWER).length },
    { claim: 'winners', wanted: winners, found: orders.length },
    { claim: 'orders that winners were told', wanted: winners, found: distinct(orders) },
    { claim: 'losers who were told SoldOut, 0 available', wanted: buyers - winners, found: right.length },
    {
      claim: 'buyers who were told anything else',
      wanted: 0,
      found: decisions.length - orders.length - soldOut.length - of(NO_ANSWER).length,
    },
    // A Redis that was emptied may give a unit to whoever comes next, whose first holder was never told.
    ...(flush
      ? []
      : [{ claim: 'winners who came after a SoldOut', wanted: 0, found: lateWinners(orders, soldOut) }]),
  ];
}

const distinct = (decisions: Decision[]) => new Set(decisions.map(({ orderId }) => orderId)).size;

/** Nothing comes back in this sale: once anybody has been told SoldOut, whoever asks later cannot win. */
function lateWinners(orders: Decision[], soldOut: Decision[]): number {
  const firstSoldOut = soldOut.reduce(
    (first, { answer }) => Math.min(first, answer.answeredMs),
    Number.POSITIVE_INFINITY,
  );
  return orders.filter(({ answer }) => answer.sentMs > firstSoldOut).length;
}

function checkBooks({ buyers, stock, confirmed, books, leftOver }: Evidence): Check[] {
  const winners = Math.min(buyers, stock);
  const { redis, postgresql, orders, payments, limits } = books;
  const allOrders = Object.values(orders).reduce((sum, count) => sum + count, 0);
  return [
    { claim: 'Redis: total', wanted: stock, found: redis?.total ?? Number.NaN },
    { claim: 'Redis: available', wanted: stock - winners, found: redis?.available ?? Number.NaN },
    { claim: 'Redis: held', wanted: 0, found: redis?.held ?? Number.NaN },
    { claim: 'Redis: sold', wanted: winners, found: redis?.sold ?? Number.NaN },
    { claim: 'PostgreSQL: total', wanted: stock, found: postgresql.total },
    { claim: 'PostgreSQL: sold', wanted: winners, found: postgresql.sold },
    { claim: 'PostgreSQL: units in living orders', wanted: winners, found: postgresql.inLivingOrders },
    { claim: 'orders, all statuses', wanted: winners, found: allOrders },
    { claim: 'orders CONFIRMED', wanted: winners, found: orders.CONFIRMED ?? 0 },
    { claim: 'orders that winners see CONFIRMED', wanted: winners, found: confirmed },
    { claim: 'payments captured', wanted: winners, found: payments.captured },
    { claim: 'won captured', wanted: winners * PRICE, found: payments.capturedAmount },
    { claim: 'payments refunded', wanted: 0, found: payments.refunded },
    { claim: 'buyers above the limit', wanted: 0, found: Number(limits.mostOfOneBuyer > limits.perBuyer) },
    ...checkLeftOver(leftOver),
  ];
}
