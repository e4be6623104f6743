import type { Sql } from '@stampede/shared/database';
import { readPersonalPage, timeKey, type PersonalPage } from '@stampede/shared/graphql';

const FIND = `SELECT product_id AS id, ${timeKey('wished_at')} AS at, json_build_object(
       'productId', product_id, 'product', name, 'wishedAt', wished_at,
       'toldOfOpeningAt', wish_reminder.opens_at) AS kept
       FROM wish JOIN product ON product.id = wish.product_id
       LEFT JOIN wish_reminder USING (user_id, product_id)
      WHERE user_id = $1 AND ($2::timestamptz IS NULL OR (wished_at, product_id) < ($2::timestamptz, $3::uuid))
      ORDER BY wished_at DESC, product_id DESC LIMIT $4`;

/** What a person wishes for, newest first, and which opening they were told of last. @throws BAD_USER_INPUT */
export const readPersonalData = (sql: Sql, userId: string, after: string | null): Promise<PersonalPage> =>
  readPersonalPage('personal-wishes', { userId, after }, ({ userId, at, id, limit }) =>
    sql.query(FIND, [userId, at, id, limit]),
  );
