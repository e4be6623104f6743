import type { Transaction } from '@stampede/shared/database';
import { lockCart } from './lock-cart.js';

/** Takes everything out of a person's cart, also what another device is putting in. */
export async function emptyCart(tx: Transaction, buyerId: string): Promise<void> {
  await lockCart(tx, buyerId);
  await deleteCartLines(tx, [buyerId]);
}

/**
 * Deletes what is in people's carts. Rows are taken in the order in which a purchase takes them, or the two could wait
 * for each other.
 */
export async function deleteCartLines(tx: Transaction, buyerIds: readonly string[]): Promise<void> {
  await tx.run(
    `DELETE FROM cart_line WHERE (buyer_id, product_id) IN (
       SELECT buyer_id, product_id FROM cart_line WHERE buyer_id = ANY($1)
       ORDER BY buyer_id, product_id FOR UPDATE)`,
    [buyerIds],
  );
}
