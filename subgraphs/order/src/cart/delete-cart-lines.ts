import type { Sql } from '@stampede/shared/database';

/**
 * Deletes what is in people's carts by now. Rows are taken in the order in which a purchase takes them, or the two could
 * wait for each other.
 */
export async function deleteCartLines(sql: Sql, buyerIds: readonly string[]): Promise<void> {
  await sql.run(
    `DELETE FROM cart_line WHERE (buyer_id, product_id) IN (
       SELECT buyer_id, product_id FROM cart_line WHERE buyer_id = ANY($1)
       ORDER BY buyer_id, product_id FOR UPDATE)`,
    [buyerIds],
  );
}
