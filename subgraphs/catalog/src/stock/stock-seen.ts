import type { Database } from '@stampede/shared/database';
import { PRODUCT_COLUMNS, productOf, type ProductRow } from '../product-row.js';
import { isLongOver } from './phase.js';
import type { TimedReading } from './timed-reading.js';

type SeenRow = ProductRow & { clock: Date } & (
    | { as_of: Date; seen_total: number; seen_available: number; seen_held: number; seen_sold: number }
    | { as_of: null }
  );

/**
 * Stock as PostgreSQL knows it, in one statement: the last look at Redis that a mirror noted. The settings, and the
 * clock that the phase goes by, are PostgreSQL's own, and of now.
 *
 * @returns one reading for each id, in their order; an Error for what is no product.
 */
export async function readStockSeen(
  database: Database,
  productIds: readonly string[],
): Promise<(TimedReading | Error)[]> {
  const rows = await database.query<SeenRow>(
    `SELECT ${PRODUCT_COLUMNS}, seen.*, clock_timestamp() AS clock
     FROM product LEFT JOIN LATERAL (
       SELECT s.total AS seen_total, s.available AS seen_available, s.held AS seen_held, s.sold AS seen_sold, s.as_of
       FROM stock_seen s WHERE s.product_id = product.id
     ) seen ON true
     WHERE id = ANY($1)`,
    [productIds],
  );
  const byId = new Map(rows.map((row) => [row.id, readingOf(row)]));
  return productIds.map((id) => byId.get(id) ?? new Error(`product ${id} is gone`));
}

function readingOf(row: SeenRow): TimedReading {
  const { settings } = productOf(row);
  const clock = row.clock.getTime();
  // Of these the row is all there is to say, and a mirror may have stopped looking at them.
  const isNothingHeld = row.epoch === 0 || isLongOver({ settings, clock });
  if (row.as_of === null || isNothingHeld) {
    return { ...unheld(row), asOf: isNothingHeld ? clock : row.created_at.getTime(), settings, clock };
  }
  return {
    total: row.seen_total,
    available: row.seen_available,
    held: row.seen_held,
    sold: row.seen_sold,
    asOf: row.as_of.getTime(),
    settings,
    clock,
  };
}

/**
 * Before its first rebuild (epoch 0) nobody can have held anything of a product, nor when its sale has long been over.
 * In between nobody knows what is held, and these numbers pass for no younger than the product.
 */
const unheld = ({ total, sold }: ProductRow) => ({ total, available: total - sold, held: 0, sold });
