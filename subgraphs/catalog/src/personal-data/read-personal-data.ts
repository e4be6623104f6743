import type { Sql } from '@stampede/shared/database';
import { readPersonalPage, timeKey, type PersonalPage } from '@stampede/shared/graphql';

/** A reminder outlives a wish that was taken back: it stands where its opening would. */
const FIND = `SELECT product_id AS id, ${timeKey('at')} AS at, json_build_object(
       'productId', product_id, 'product', name, 'wishedAt', wished_at, 'toldOfOpeningAt', told_of_opening_at) AS kept
       FROM (SELECT product_id, wished_at, opens_at AS told_of_opening_at, coalesce(wished_at, opens_at) AS at
               FROM (SELECT product_id, wished_at FROM wish WHERE user_id = $1) AS wished
               FULL JOIN (SELECT product_id, opens_at FROM wish_reminder WHERE user_id = $1) AS told
                 USING (product_id)) AS known
       JOIN product ON product.id = product_id
      WHERE $2::timestamptz IS NULL OR (at, product_id) < ($2::timestamptz, $3::uuid)
      ORDER BY at DESC, product_id DESC LIMIT $4`;

/**
 * What a person wishes for, and which opening they were told of last; also of wishes that they took back, without
 * `wishedAt`. Newest first. @throws BAD_USER_INPUT
 */
export const readPersonalData = (sql: Sql, userId: string, after: string | null): Promise<PersonalPage> =>
  readPersonalPage('personal-wishes', { userId, after }, ({ userId, at, id, limit }) =>
    sql.query(FIND, [userId, at, id, limit]),
  );
