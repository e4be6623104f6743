import type { Sql } from '@stampede/shared/database';

/**
 * Whoever adds to a cart or empties it takes this lock first, and reads in a statement after it: so a cart has never
 * more lines than it may have, and nothing is added once its account is deleted. Placing an order does not take it
 * ({@link takeFromCart}): a purchase waits for nobody's cart.
 */
export async function lockCart(tx: Sql, buyerId: string): Promise<void> {
  await tx.run(`SELECT pg_advisory_xact_lock(hashtextextended('cart:' || $1, 0))`, [buyerId]);
}
