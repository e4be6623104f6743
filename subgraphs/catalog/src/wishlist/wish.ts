import type { Database, Sql } from '@stampede/shared/database';
import { badInput, unauthenticated } from '@stampede/shared/errors';
import { lockWishesOf } from './lock-wishes.js';

/** More than anybody reads; a person's wishes are read and exported as a whole. */
export const MOST_WISHES = 1_000;

export interface Wish {
  userId: string;
  productId: string;
}

/**
 * Puts a product on a person's list; one that is there keeps its place.
 *
 * @throws BAD_USER_INPUT when the list is full, UNAUTHENTICATED when the account has been deleted meanwhile.
 */
export async function wishFor(database: Database, { userId, productId }: Wish): Promise<void> {
  await database.transaction('wish', async (tx) => {
    await lockWishesOf(tx, userId);
    const [standing] = await tx.query<{ deleted: boolean; wished: boolean; full: boolean }>(
      `SELECT EXISTS (SELECT FROM deleted_account WHERE user_id = $1) AS deleted,
         EXISTS (SELECT FROM wish WHERE user_id = $1 AND product_id = $2) AS wished,
         (SELECT count(*) FROM wish WHERE user_id = $1) >= $3 AS full`,
      [userId, productId, MOST_WISHES],
    );
    if (standing?.deleted) throw unauthenticated();
    if (standing?.wished) return;
    if (standing?.full) {
      throw badInput({
        path: 'productId',
        message: `the wishlist is full: it holds ${MOST_WISHES} products.`,
      });
    }
    await tx.run('INSERT INTO wish (user_id, product_id) VALUES ($1, $2)', [userId, productId]);
  });
}

/** Takes a product off a person's list; that it is not there is fine. */
export async function takeWishBack(sql: Sql, { userId, productId }: Wish): Promise<void> {
  await sql.run('DELETE FROM wish WHERE user_id = $1 AND product_id = $2', [userId, productId]);
}
