import type { Database } from '@stampede/shared/database';
import type { StockReading } from '@stampede/shared/inventory';

/** What one look at Redis found of a product. */
export type Look = Pick<StockReading, 'total' | 'available' | 'held' | 'sold' | 'soldOutAt' | 'asOf'> & {
  productId: string;
};

/**
 * Notes looks in `stock_seen` where they are newer and differ, or where what stands there is older than a minute, so
 * that its age tells when somebody last looked; and in `sale_point` those that differ. One statement. Rows are taken
 * in the order of their ids, so that replicas side by side wait for one another and never in a circle. What stands there
 * is of the future when Redis' clock was ahead, of a master that was lost say: then any look is newer.
 *
 * A rebuild forgets when the last unit was taken, which is kept here; what nobody has told (the last unit was taken
 * back, say) counts from the look that found none left.
 *
 * @returns the products whose `sold_out` says otherwise.
 */
export async function noteStock(database: Database, looks: readonly Look[]): Promise<string[]> {
  const rows = await database.query<{ product_id: string }>(
    `WITH look AS (
       SELECT found.product_id, found.total, found.available, found.held, found.sold, found.as_of,
         CASE WHEN found.sold_out_at IS NULL AND found.available <= 0 AND coalesce(old.available, found.total) > 0
           THEN found.as_of ELSE found.sold_out_at END AS sold_out_at,
         (old.total, old.available, old.held, old.sold)
           IS DISTINCT FROM (found.total, found.available, found.held, found.sold) AS is_change,
         product.sold_out <> (found.available <= 0) AS is_otherwise
       FROM jsonb_to_recordset($1) AS found (product_id uuid, total int, available int, held int, sold int,
         as_of timestamptz, sold_out_at timestamptz)
       JOIN product ON product.id = found.product_id
       LEFT JOIN stock_seen old ON old.product_id = found.product_id
     ), noted AS (
       INSERT INTO stock_seen AS seen (product_id, total, available, held, sold, as_of, sold_out_at)
       SELECT product_id, total, available, held, sold, as_of, sold_out_at FROM look ORDER BY product_id
       ON CONFLICT (product_id) DO UPDATE SET total = excluded.total, available = excluded.available,
         held = excluded.held, sold = excluded.sold, as_of = excluded.as_of,
         sold_out_at = greatest(seen.sold_out_at, excluded.sold_out_at)
       WHERE seen.as_of > clock_timestamp() + interval '2 seconds' OR seen.as_of < excluded.as_of AND (
         (seen.total, seen.available, seen.held, seen.sold)
           <> (excluded.total, excluded.available, excluded.held, excluded.sold)
         OR seen.sold_out_at IS DISTINCT FROM greatest(seen.sold_out_at, excluded.sold_out_at)
         OR seen.as_of < excluded.as_of - interval '1 minute')
       RETURNING product_id
     ), point AS (
       INSERT INTO sale_point (product_id, at, available, held, sold)
       SELECT product_id, date_trunc('second', as_of), available, held, sold FROM look JOIN noted USING (product_id)
       WHERE is_change ORDER BY product_id
       ON CONFLICT (product_id, at) DO UPDATE SET available = excluded.available, held = excluded.held,
         sold = excluded.sold
     )
     SELECT product_id FROM look WHERE is_otherwise`,
    [JSON.stringify(looks.map(rowOf))],
  );
  return rows.map((row) => row.product_id);
}

const rowOf = ({ productId, total, available, held, sold, asOf, soldOutAt }: Look) => ({
  product_id: productId,
  total,
  available,
  held,
  sold,
  as_of: new Date(asOf),
  sold_out_at: soldOutAt === null ? null : new Date(soldOutAt),
});

/**
 * Has `sold_out` say what the newest look found. It is no setting and raises no version. It waits for nobody's lock:
 * a sale's settings are not to wait for a mirror, nor to meet one in a deadlock.
 *
 * @returns the products of which it says so now; the others were locked, or it said so before.
 */
export async function noteSoldOut(database: Database, productIds: readonly string[]): Promise<string[]> {
  const rows = await database.query<{ id: string }>(
    `UPDATE product SET sold_out = seen.available <= 0 FROM stock_seen seen
     WHERE seen.product_id = product.id AND product.sold_out <> (seen.available <= 0) AND product.id IN (
       SELECT id FROM product WHERE id = ANY($1) FOR NO KEY UPDATE SKIP LOCKED)
     RETURNING product.id`,
    [productIds],
  );
  return rows.map(({ id }) => id);
}
