import type { Database } from '@stampede/shared/database';
import { appendStockEffect, lockStock, type Inventory } from '@stampede/shared/inventory';
import type { Attempt } from './attempt.js';
import type { Hold } from './place-order.js';

/**
 * Gives back the holds of a basket that is not bought: written down as abandoned first, so that nobody can place
 * an order on them afterwards, and undone in Redis only once that has committed. A hold on which the same order
 * has been placed meanwhile (by a twin of this request) stays.
 *
 * @returns those that are abandoned.
 */
export async function abandonHolds(
  database: Database,
  orderId: string,
  holds: readonly Hold[],
): Promise<Hold[]> {
  const abandoned: Hold[] = [];
  if (holds.length === 0) return abandoned;
  const ordered = holds.toSorted(byName);
  await database.transaction('abandon-holds', async (tx) => {
    for (const productId of new Set(ordered.map((hold) => hold.productId))) await lockStock(tx, productId);
    for (const hold of ordered) {
      const { productId, epoch, serial } = hold;
      const [row] = await tx.query<{ state: string; order_id: string; now: number }>(
        `WITH abandoned AS (
           INSERT INTO hold (product_id, epoch, serial, order_id, state) VALUES ($1, $2, $3, $4, 'ABANDONED')
           ON CONFLICT (product_id, epoch, serial) DO NOTHING RETURNING state, order_id
         )
         SELECT found.state, found.order_id, listing.epoch AS now FROM (
           SELECT state, order_id FROM abandoned
           UNION ALL SELECT state, order_id FROM hold WHERE product_id = $1 AND epoch = $2 AND serial = $3
         ) found, listing WHERE listing.product_id = $1`,
        [productId, epoch, serial, orderId],
      );
      if (row?.state !== 'ABANDONED' || row.order_id !== orderId) continue;
      await appendStockEffect(tx, {
        kind: 'undo',
        productId,
        epoch: row.now,
        orderId,
        hold: { epoch, serial },
      });
      abandoned.push(hold);
    }
  });
  return abandoned;
}

/** Gives back whatever an attempt was given. */
export const giveBack = (database: Database, { orderId, given }: Attempt): Promise<Hold[]> =>
  abandonHolds(database, orderId, [...given.values()]);

/** As {@link giveBack}, for whoever tries again at once: they must not meet what they themselves held a moment ago. */
export async function giveBackNow(
  { database, inventory }: { database: Database; inventory: Inventory },
  attempt: Attempt,
): Promise<void> {
  for (const hold of await giveBack(database, attempt)) await undoHold(inventory, attempt, hold);
}

/** Gives an abandoned hold back at once: its undo may still be on the way; it is the same script, and idempotent. */
export async function undoHold(
  inventory: Inventory,
  { orderId }: Pick<Attempt, 'orderId'>,
  { productId, epoch, serial }: Hold,
): Promise<void> {
  await inventory.release('undo', { productId, effectEpoch: epoch, orderId, hold: { epoch, serial } });
}

/** The order in which locks and hold rows are taken everywhere, so that nobody waits crosswise. */
function byName(a: Hold, b: Hold): number {
  if (a.productId !== b.productId) return a.productId < b.productId ? -1 : 1;
  return a.epoch - b.epoch || a.serial - b.serial;
}
