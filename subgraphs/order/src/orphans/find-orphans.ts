import type { Database } from '@stampede/shared/database';
import type { HeldEntry } from '@stampede/shared/inventory';

/**
 * What is wrong with a hold:
 *
 * | finding | what PostgreSQL knows | what is done |
 * |---|---|---|
 * | ORPHAN | no order stands on it, or it was abandoned before | abandoned, then undone |
 * | ENDED | its order has ended unpaid | it ends |
 * | FORGOTTEN | its name is another order's, its order has another one, or it ended after it was paid | a rebuild |
 */
export interface Orphan extends HeldEntry {
  finding: 'ORPHAN' | 'ENDED' | 'FORGOTTEN';
}

/** Of what Redis holds, what it should not; leaves out what an effect on its way will settle. */
export function findOrphans(
  database: Database,
  productId: string,
  held: readonly HeldEntry[],
  graceMs: number,
): Promise<Orphan[]> {
  return database.query<Orphan>(
    `SELECT entry.order_id AS "orderId", entry.epoch, entry.serial,
       CASE WHEN named.order_id <> entry.order_id THEN 'FORGOTTEN'
         WHEN named.state = 'PLACED' AND orders.paid_payment_id IS NULL THEN 'ENDED'
         WHEN placed.order_id IS NOT NULL THEN 'FORGOTTEN'
         ELSE 'ORPHAN' END AS finding
     FROM unnest($2::uuid[], $3::bigint[], $4::bigint[]) AS entry (order_id, epoch, serial)
     LEFT JOIN hold named ON named.product_id = $1 AND named.epoch = entry.epoch AND named.serial = entry.serial
     LEFT JOIN hold placed ON placed.order_id = entry.order_id AND placed.product_id = $1 AND placed.state = 'PLACED'
     LEFT JOIN orders ON orders.id = entry.order_id
     WHERE (named.order_id = entry.order_id AND named.state = 'PLACED'
         AND (orders.status NOT IN ('EXPIRED', 'CANCELLED', 'REFUNDED')
           OR orders.updated_at > now() - interval '1 ms' * $5)) IS NOT TRUE
       AND NOT EXISTS (SELECT FROM stock_effect WHERE product_id = $1 AND stock_effect.order_id = entry.order_id
         AND hold_epoch = entry.epoch AND hold_serial = entry.serial)`,
    [
      productId,
      held.map(({ orderId }) => orderId),
      held.map(({ epoch }) => epoch),
      held.map(({ serial }) => serial),
      graceMs,
    ],
  );
}
