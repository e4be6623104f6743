import type { Transaction } from '@stampede/shared/database';
import { lockCart } from './lock-cart.js';

/**
 * Takes everything out of a person's cart. Who forgets a person notes the account as deleted in the same transaction:
 * then nothing comes in any more.
 *
 * Rows are taken in the order in which a purchase takes them, or the two could wait for each other.
 */
export async function emptyCart(tx: Transaction, buyerId: string): Promise<void> {
  await lockCart(tx, buyerId);
  await tx.run(
    `DELETE FROM cart_line WHERE buyer_id = $1 AND product_id IN (
       SELECT product_id FROM cart_line WHERE buyer_id = $1 ORDER BY product_id FOR UPDATE)`,
    [buyerId],
  );
}
