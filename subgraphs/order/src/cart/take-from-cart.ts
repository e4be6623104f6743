import type { Sql } from '@stampede/shared/database';
import type { BasketLine } from '../checkout/basket.js';

/**
 * Locks the lines in the order of their products, as everybody does who takes more than one; a line that was changed
 * while this waited counts as it is now.
 */
const TAKE = `
  WITH standing AS (
    SELECT product_id, cart_line.quantity - bought.quantity AS rest
    FROM cart_line JOIN unnest($2::uuid[], $3::integer[]) AS bought (product_id, quantity) USING (product_id)
    WHERE buyer_id = $1 ORDER BY product_id FOR UPDATE OF cart_line
  ), kept AS (
    UPDATE cart_line SET quantity = rest FROM standing
    WHERE buyer_id = $1 AND cart_line.product_id = standing.product_id AND rest > 0
  ), gone AS (
    DELETE FROM cart_line USING standing
    WHERE buyer_id = $1 AND cart_line.product_id = standing.product_id AND rest <= 0
  )
  SELECT count(*) FROM standing WHERE rest >= 0`;

/**
 * Takes out of a buyer's cart what they have bought: of each line as many units, and the line when nothing is left.
 * What is not in the cart is no matter. To be run in the transaction that places the order, which happens once.
 *
 * @returns whether all of it was in the cart.
 */
export async function takeFromCart(
  tx: Sql,
  buyerId: string,
  bought: readonly BasketLine[],
): Promise<boolean> {
  const [found] = await tx.query<{ count: number }>(TAKE, [
    buyerId,
    bought.map(({ productId }) => productId),
    bought.map(({ quantity }) => quantity),
  ]);
  return found?.count === bought.length;
}
