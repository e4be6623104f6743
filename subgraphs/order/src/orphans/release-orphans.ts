import type { Database, Transaction } from '@stampede/shared/database';
import { lockStock, wakeStockEffects } from '@stampede/shared/inventory';
import type { Orphan } from './find-orphans.js';

/**
 * Gives orphans back: written down as abandoned first, so that nobody can place an order on them afterwards, and
 * undone in Redis only once that has committed. One on which an order was placed meanwhile stays.
 *
 * @returns how many are given back.
 */
export async function releaseOrphans(
  database: Database,
  productId: string,
  found: readonly Orphan[],
): Promise<number> {
  const orphans = found.filter(({ finding }) => finding === 'ORPHAN');
  const ended = found.filter(({ finding }) => finding === 'ENDED');
  if (orphans.length + ended.length === 0) return 0;
  return database.transaction('release-orphans', async (tx) => {
    await lockStock(tx, productId);
    // By name, as every transaction takes hold rows, so that nobody waits crosswise.
    await tx.run(
      `INSERT INTO hold (product_id, epoch, serial, order_id, state)
       SELECT $1, epoch, serial, order_id, 'ABANDONED'
       FROM unnest($2::uuid[], $3::bigint[], $4::bigint[]) AS entry (order_id, epoch, serial) ORDER BY epoch, serial
       ON CONFLICT (product_id, epoch, serial) DO NOTHING`,
      [productId, ...columnsOf(orphans)],
    );
    const undone = await appendEffects(tx, productId, orphans, 'undo', 'ABANDONED');
    return undone + (await appendEffects(tx, productId, ended, 'end', 'PLACED'));
  });
}

async function appendEffects(
  tx: Transaction,
  productId: string,
  orphans: readonly Orphan[],
  kind: 'undo' | 'end',
  state: 'ABANDONED' | 'PLACED',
): Promise<number> {
  tx.afterCommit(wakeStockEffects);
  return tx.run(
    `INSERT INTO stock_effect (product_id, epoch, kind, order_id, hold_epoch, hold_serial)
     SELECT hold.product_id, listing.epoch, $5, hold.order_id, hold.epoch, hold.serial
     FROM unnest($2::uuid[], $3::bigint[], $4::bigint[]) AS entry (order_id, epoch, serial)
     JOIN hold USING (order_id, epoch, serial) JOIN listing USING (product_id)
     WHERE product_id = $1 AND hold.state = $6`,
    [productId, ...columnsOf(orphans), kind, state],
  );
}

const columnsOf = (orphans: readonly Orphan[]) => [
  orphans.map(({ orderId }) => orderId),
  orphans.map(({ epoch }) => epoch),
  orphans.map(({ serial }) => serial),
];
