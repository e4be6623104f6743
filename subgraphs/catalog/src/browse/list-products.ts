import type { Sql } from '@stampede/shared/database';
import { badInput } from '@stampede/shared/errors';
import { decodeTimeCursor, encodeCursor, timeKey } from '@stampede/shared/graphql';
import { PRODUCT_COLUMNS, productOf, type ProductRow } from '../product-row.js';
import type { ProductConnection } from './product-connection.js';

const LIST = 'products';
const MAX_PAGE = 100;

/** All products, the next to open last opened first, as keyset pages. @throws BAD_USER_INPUT */
export async function listProducts(
  database: Sql,
  first: number,
  after: string | null,
): Promise<ProductConnection> {
  if (first < 0 || first > MAX_PAGE) throw badInput({ path: 'first', message: `is 0 to ${MAX_PAGE}.` });
  const [opensAt, id] = after === null ? [null, null] : decodeTimeCursor(LIST, after);
  const rows = await database.query<ProductRow & { cursor_at: string }>(
    `SELECT ${PRODUCT_COLUMNS}, ${timeKey('opens_at')} AS cursor_at FROM product
     WHERE $2::timestamptz IS NULL OR (opens_at, id) < ($2::timestamptz, $3::uuid)
     ORDER BY opens_at DESC, id DESC LIMIT $1`,
    [first + 1, opensAt, id],
  );
  const [count] = await database.query<{ count: number }>('SELECT count(*) FROM product');
  const edges = rows.slice(0, first).map((row) => ({
    cursor: encodeCursor(LIST, row.cursor_at, row.id),
    node: productOf(row),
  }));
  return {
    edges,
    totalCount: count?.count ?? 0,
    pageInfo: {
      hasNextPage: rows.length > first,
      hasPreviousPage: after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}
