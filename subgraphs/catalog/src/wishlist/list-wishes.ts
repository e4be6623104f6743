import type { Sql } from '@stampede/shared/database';
import {
  checkFirst,
  connectionOf,
  decodeTimeCursor,
  encodeCursor,
  onDemand,
  timeKey,
} from '@stampede/shared/graphql';
import type { ProductConnection } from '../browse/product-connection.js';
import { PRODUCT_COLUMNS, productOf, type ProductRow } from '../product-row.js';

const LIST = 'wishlist';

const PAGE = `SELECT ${PRODUCT_COLUMNS}, ${timeKey('wished_at')} AS cursor_at
   FROM wish JOIN product ON product.id = wish.product_id
  WHERE user_id = $1 AND ($2::timestamptz IS NULL OR (wished_at, product_id) < ($2::timestamptz, $3::uuid))
  ORDER BY wished_at DESC, product_id DESC LIMIT $4`;

/** What a person wishes for, the newest wish first, as keyset pages. @throws BAD_USER_INPUT */
export async function listWishes(
  sql: Sql,
  userId: string,
  first: number,
  after: string | null,
): Promise<ProductConnection> {
  checkFirst(first);
  const [at, id] = after === null ? [null, null] : decodeTimeCursor(LIST, after);
  const rows = await sql.query<ProductRow & { cursor_at: string }>(PAGE, [userId, at, id, first + 1]);
  const page = connectionOf(rows, {
    first,
    after,
    cursorOf: (row) => encodeCursor(LIST, row.cursor_at, row.id),
    nodeOf: productOf,
  });
  return { ...page, totalCount: onDemand(() => countWishes(sql, userId)) };
}

async function countWishes(sql: Sql, userId: string): Promise<number> {
  const [row] = await sql.query<{ count: number }>('SELECT count(*) FROM wish WHERE user_id = $1', [userId]);
  return row?.count ?? 0;
}
