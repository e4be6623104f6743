import type { Transaction } from '@stampede/shared/database';
import { wakeStockEffects } from '@stampede/shared/inventory';

/**
 * Gives the units of ended orders back, for good: the ids cannot be held again. The caller has the stock locks
 * of all their products.
 */
export async function endHolds(tx: Transaction, orderIds: readonly string[]): Promise<void> {
  await tx.run(
    `INSERT INTO stock_effect (product_id, epoch, kind, order_id, hold_epoch, hold_serial)
     SELECT hold.product_id, listing.epoch, 'end', hold.order_id, hold.epoch, hold.serial
     FROM hold JOIN listing USING (product_id) WHERE hold.order_id = ANY($1) AND hold.state = 'PLACED'`,
    [orderIds],
  );
  tx.afterCommit(wakeStockEffects);
}
