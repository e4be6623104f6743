import type { Sql } from '@stampede/shared/database';

/** Products per round trip to PostgreSQL, and to Redis. */
const PAGE = 500;
/** Below every id of a product. */
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** Every product that has ever been loaded into Redis, by id, page by page. */
export async function* readListedProducts(sql: Sql): AsyncGenerator<string[]> {
  let after = FIRST_ID;
  for (;;) {
    const rows = await sql.query<{ product_id: string }>(
      'SELECT product_id FROM listing WHERE epoch > 0 AND product_id > $1 ORDER BY product_id LIMIT $2',
      [after, PAGE],
    );
    if (rows.length > 0) yield rows.map(({ product_id }) => product_id);
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return;
    after = last.product_id;
  }
}
