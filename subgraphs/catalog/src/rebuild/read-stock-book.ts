import type { Sql } from '@stampede/shared/database';
import { badInput } from '@stampede/shared/errors';
import type { StockBookLine } from './stock-truth.entity.js';

const MAX_PAGE = 5_000;
/** Below every id of an order. */
const LEAST_ID = '00000000-0000-0000-0000-000000000000';

/** Exported for the test that looks at its plan: a page costs the same wherever in the book it stands. */
export const STOCK_BOOK_PAGE = `
  SELECT order_id AS "orderId", buyer_id AS "buyerId", quantity, hold_epoch AS epoch, hold_serial AS serial, status
  FROM stock_order_line JOIN stock_order USING (order_id)
  WHERE product_id = $1 AND order_id > $2 ORDER BY order_id LIMIT $3`;

/**
 * A page of all orders whose units of a product are sold, or were and have been taken back.
 *
 * Pages are read after step 3 has stored the epoch and need no snapshot in common: a line keeps its place, so that
 * it is seen once at most, and what is committed or taken back between two pages carries the new epoch, so that its
 * effect waits for the hash that the rebuild is about to load and corrects it, whichever of the two the page told.
 *
 * @throws BAD_USER_INPUT
 */
export async function readStockBook(
  database: Sql,
  productId: string,
  { first, after }: { first: number; after: string | null },
): Promise<StockBookLine[]> {
  if (first < 1 || first > MAX_PAGE) throw badInput({ path: 'first', message: `is 1 to ${MAX_PAGE}.` });
  return database.query<StockBookLine>(STOCK_BOOK_PAGE, [productId, after ?? LEAST_ID, first]);
}
