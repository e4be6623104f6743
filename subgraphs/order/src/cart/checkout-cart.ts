import type { Sql } from '@stampede/shared/database';
import { Unavailable } from '@stampede/shared/errors';
import { basketOf, type Basket, type BasketLine } from '../checkout/basket.js';
import { checkout, inBuyersTurn, type CheckoutOutcome, type CheckoutParts } from '../checkout/checkout.js';
import { orderIdOf } from '../checkout/order-id.js';
import type { ShipTo } from '../checkout/ship-to.js';
import { readStanding } from '../checkout/standing-order.js';
import { CartChanged } from './cart-changed.js';

export interface CartPurchase {
  buyerId: string;
  idempotencyKey: string;
  shipTo: ShipTo;
}

/** Each try meets a cart that another device has changed since it was read, or a first try that is under way. */
const MAX_TRIES = 4;

/**
 * Buys what is in a cart, all of it or nothing: what the order has is what leaves the cart. Two devices that press
 * "buy" under different keys buy it once. A repeat under the same key is about the order that stands, whatever is in
 * the cart by now, and asks PostgreSQL alone.
 *
 * @returns what was bought, and how that went; undefined when the cart is empty.
 * @throws as {@link checkout}.
 */
export async function checkoutCart(
  parts: CheckoutParts,
  { buyerId, idempotencyKey, shipTo }: CartPurchase,
): Promise<{ basket: Basket; outcome: CheckoutOutcome } | undefined> {
  const orderId = orderIdOf(buyerId, idempotencyKey);
  const read = () => readPurchase(parts.database, buyerId, orderId);
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    // Whoever was quicker is still at it, it may be: their turn ends with the order.
    const { lines, fromCart } = tries === 0 ? await read() : await inBuyersTurn(parts, buyerId, read);
    if (lines.length === 0) return undefined;
    const basket = basketOf(lines, { idempotencyKey, shipTo, fromCart });
    try {
      const standing = fromCart ? undefined : await readStanding(parts.database, { orderId, basket });
      return { basket, outcome: standing ?? (await checkout(parts, buyerId, idempotencyKey, basket)) };
    } catch (error) {
      if (!(error instanceof CartChanged)) throw error;
    }
  }
  throw new Unavailable('a cart that stays as it is');
}

/**
 * What the key's order has, or else what the cart holds. In one statement: between two, the first try of the same key
 * could place its order and empty the cart, and its repeat would find neither.
 */
async function readPurchase(
  sql: Sql,
  buyerId: string,
  orderId: string,
): Promise<{ lines: BasketLine[]; fromCart: boolean }> {
  const rows = await sql.query<BasketLine & { ordered: boolean }>(
    `SELECT product_id AS "productId", quantity, true AS ordered FROM order_line WHERE order_id = $1
     UNION ALL SELECT product_id, quantity, false FROM cart_line WHERE buyer_id = $2`,
    [orderId, buyerId],
  );
  const ordered = rows.filter((row) => row.ordered);
  return ordered.length > 0 ? { lines: ordered, fromCart: false } : { lines: rows, fromCart: true };
}
