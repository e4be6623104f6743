import type { Sql } from '@stampede/shared/database';

/**
 * Whoever adds to a person's wishes, or forgets the person, takes this lock first, and reads in a statement after it:
 * so the list is never longer than it may be, and nothing is added once its account is deleted.
 */
export async function lockWishesOf(tx: Sql, userId: string): Promise<void> {
  await tx.run(`SELECT pg_advisory_xact_lock(hashtextextended('wishes:' || $1, 0))`, [userId]);
}
