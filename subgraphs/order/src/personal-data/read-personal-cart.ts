import type { Sql } from '@stampede/shared/database';
import { readPersonalPage, timeKey, type PersonalPage } from '@stampede/shared/graphql';

const FIND = `SELECT product_id AS id, ${timeKey('added_at')} AS at, json_build_object(
       'productId', product_id, 'product', name, 'quantity', quantity, 'addedAt', added_at) AS kept
       FROM cart_line LEFT JOIN listing USING (product_id)
      WHERE buyer_id = $1 AND ($2::timestamptz IS NULL OR (added_at, product_id) < ($2::timestamptz, $3::uuid))
      ORDER BY added_at DESC, product_id DESC LIMIT $4`;

/** What is in a person's cart, the newest line first. @throws BAD_USER_INPUT */
export const readPersonalCart = (sql: Sql, userId: string, after: string | null): Promise<PersonalPage> =>
  readPersonalPage('personal-cart', { userId, after }, ({ userId, at, id, limit }) =>
    sql.query(FIND, [userId, at, id, limit]),
  );
