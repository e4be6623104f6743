import { randomUUID } from 'node:crypto';
import { CartResolver } from '../src/cart/cart.resolver.js';
import { CheckoutResolver } from '../src/checkout/checkout.resolver.js';
import type { CheckoutInput } from '../src/checkout/checkout-input.js';
import type { CheckoutParts } from '../src/checkout/checkout.js';
import { Order } from '../src/order.entity.js';
import { openMetrics } from '@stampede/shared/telemetry';
import { openCheckoutMetrics } from '../src/sale-figures/checkout-metrics.js';
import { openCheckoutCounts } from '../src/sale-figures/checkout-counts.js';
import type { TestOrder } from './order-parts.js';

export type CartLines = [productId: string, quantity: number][];

/**
 * Somebody with a cart, as the schema calls it.
 *
 * @param parts those of one replica; a person's devices may reach several.
 */
export function openCart(
  order: TestOrder,
  parts: CheckoutParts = order.openReplica(),
  userId: string = randomUUID(),
) {
  const identity = { kind: 'user', userId, role: 'BUYER', sessionId: randomUUID() } as const;
  const context = { identity, requestId: 'test' };
  const counts = openCheckoutCounts();
  const cart = new CartResolver(parts);
  const checkouts = new CheckoutResolver({
    ...parts,
    counts,
    outcomes: openCheckoutMetrics(openMetrics('order')),
  });

  return {
    userId,
    set: (productId: string, quantity: number) => cart.setCartLine(context, productId, quantity),
    setAll: async (lines: CartLines) => {
      for (const [productId, quantity] of lines) await cart.setCartLine(context, productId, quantity);
    },
    clear: () => cart.clearCart(context),
    total: async () => (await cart.cart(context)).total.amount,
    lines: async (): Promise<CartLines> =>
      (await cart.cart(context)).lines.map(({ productId, quantity }) => [productId, quantity]),
    /** @returns the order's id, or the name of the refusal */
    buys: async (idempotencyKey: string = randomUUID(), input: Partial<CheckoutInput> = {}) => {
      const answer = await checkouts.checkout(context, { idempotencyKey, ...input });
      return answer instanceof Order ? answer.id : answer.constructor.name;
    },
    /** Decisions of each product that were counted so far. */
    counted: () =>
      Object.fromEntries(counts.take().map(({ productId, decisions }) => [productId, decisions])),
    /** The orders that this person has placed, and what is in them. */
    orders: () =>
      order.database.query<{ id: string; lines: CartLines }>(
        `SELECT id, (SELECT json_agg(json_build_array(product_id, quantity) ORDER BY product_id)
                       FROM order_line WHERE order_id = orders.id) AS lines
           FROM orders WHERE buyer_id = $1 ORDER BY placed_at`,
        [userId],
      ),
  };
}

/** So many products with a name among products: in the order in which baskets are reserved. */
export const sells = (
  order: TestOrder,
  count: number,
  product: Parameters<TestOrder['catalog']['sells']>[0] = {},
): string[] =>
  Array.from({ length: count }, () => randomUUID())
    .toSorted()
    .map((id) => order.catalog.sells({ total: 100, limitPerBuyer: 100, ...product }, id));
