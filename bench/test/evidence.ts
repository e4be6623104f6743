import { PRICE } from '../src/flash-sale/open-sale.js';
import { readDecision } from '../src/checkouts/decision.js';
import type { Evidence } from '../src/flash-sale/judge.js';
import type { LoadAnswer } from '../src/load/load.js';

export const answered = (body: object, sentMs = 0, answeredMs = 10): LoadAnswer => ({
  sentMs,
  answeredMs,
  status: 200,
  body: JSON.stringify(body),
  repeats: 0,
});

export const order = (id: string, sentMs = 0, answeredMs = 10) =>
  answered({ data: { checkout: { __typename: 'Order', id } } }, sentMs, answeredMs);

export const soldOut = (sentMs = 0, answeredMs = 10, productId = 'shoe', available = 0) =>
  answered({ data: { checkout: { __typename: 'SoldOut', productId, available } } }, sentMs, answeredMs);

export const failed = (code: string) => answered({ errors: [{ extensions: { code } }], data: null });

/** A sale of 2 units to 4 buyers in which everything is right, but for `change`. */
export function evidence(change: Partial<Evidence> = {}): Evidence {
  const answers = [order('a'), order('b'), soldOut(12, 20), soldOut(12, 20)];
  return {
    buyers: 4,
    stock: 2,
    flush: false,
    sale: { productId: 'shoe', opensAt: 0 },
    decisions: answers.map(readDecision),
    confirmed: 2,
    books: {
      redis: { total: 2, available: 0, held: 0, sold: 2 },
      postgresql: { total: 2, sold: 2, inLivingOrders: 2 },
      orders: { CONFIRMED: 2 },
      payments: { captured: 2, capturedAmount: 2 * PRICE, refunded: 0, refundedAmount: 0 },
      limits: { perBuyer: 1, mostOfOneBuyer: 1 },
    },
    leftOver: { unpublishedMessages: 0, waitingStockEffects: 0, deadLetters: 0 },
    invariants: [{ invariant: 1, claim: 'units', violations: [] }],
    ...change,
  };
}
