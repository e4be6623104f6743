import type { Transaction } from '@stampede/shared/database';
import { lockStock } from '@stampede/shared/inventory';
import type { HeldLine } from '@stampede/shared/messages';

export type StockOrderStatus = 'COMMITTED' | 'REJECTED' | 'RETURNED' | 'CANCELLED';

/** The order in which every service takes a basket's locks and rows, so that two baskets never wait crosswise. */
export const inLockOrder = <T extends { productId: string }>(lines: readonly T[]): T[] =>
  lines.toSorted((a, b) => (a.productId < b.productId ? -1 : 1));

/**
 * Takes the stock lock of every product of an order, then what catalog knows of the order, if anything. All
 * locks come before the first row: a basket that waits for a rebuild holds no row that the rebuild waits for.
 */
export async function lockOrder(
  tx: Transaction,
  orderId: string,
  lines: readonly HeldLine[],
): Promise<StockOrderStatus | undefined> {
  for (const { productId } of inLockOrder(lines)) await lockStock(tx, productId);
  const [row] = await tx.query<{ status: StockOrderStatus }>(
    'SELECT status FROM stock_order WHERE order_id = $1 FOR UPDATE',
    [orderId],
  );
  return row?.status;
}

/** Writes the order's first row. Its events are worked off one at a time: a second writer fails and comes again. */
export async function insertOrder(
  tx: Transaction,
  order: { orderId: string; buyerId: string; lines: readonly HeldLine[] },
  status: StockOrderStatus,
): Promise<void> {
  await tx.run('INSERT INTO stock_order (order_id, buyer_id, status) VALUES ($1, $2, $3)', [
    order.orderId,
    order.buyerId,
    status,
  ]);
  if (status !== 'COMMITTED') return;
  for (const { productId, quantity, epoch, serial } of order.lines) {
    await tx.run(
      `INSERT INTO stock_order_line (order_id, product_id, quantity, hold_epoch, hold_serial)
       VALUES ($1, $2, $3, $4, $5)`,
      [order.orderId, productId, quantity, epoch, serial],
    );
  }
}
