import type { Sql } from '@stampede/shared/database';

/**
 * Whoever puts something into a cart takes this lock first, and counts its lines in a statement after it: so a cart never
 * has more lines than it may have. Nobody else takes it: a purchase waits for nobody's cart ({@link takeFromCart}), and
 * what is put in while its account is deleted goes later (`forgetWhenEnded`).
 */
export async function lockCart(tx: Sql, buyerId: string): Promise<void> {
  await tx.run(`SELECT pg_advisory_xact_lock(hashtextextended('cart:' || $1, 0))`, [buyerId]);
}
