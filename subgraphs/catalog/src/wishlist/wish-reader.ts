import type { Sql } from '@stampede/shared/database';
import DataLoader from 'dataloader';
import type { Wish } from './wish.js';

/** Tells whether people wish for products: what is asked for in one tick, by whatever request, in one statement. */
export type IsWished = (wish: Wish) => Promise<boolean>;

const FIND = `SELECT user_id AS "userId", product_id AS "productId"
   FROM unnest($1::uuid[], $2::uuid[]) AS asked (user_id, product_id) JOIN wish USING (user_id, product_id)`;

const nameOf = ({ userId, productId }: Wish) => `${userId} ${productId}`;

export function openWishReader(sql: Sql): IsWished {
  const loader = new DataLoader<Wish, boolean>(
    async (asked) => {
      const found = await sql.query<Wish>(FIND, [
        asked.map(({ userId }) => userId),
        asked.map(({ productId }) => productId),
      ]);
      const wished = new Set(found.map(nameOf));
      return asked.map((wish) => wished.has(nameOf(wish)));
    },
    { cache: false, maxBatchSize: 500 },
  );
  return (wish) => loader.load(wish);
}
