import type { Database, Transaction } from '@stampede/shared/database';
import { lockStockExclusively } from '@stampede/shared/inventory';
import { productChangedBy, productOf, type ProductRow } from '../product-row.js';
import type { CommittedOrder, StockTruth } from './stock-truth.entity.js';

/**
 * Step 3 of a rebuild: stores the new epoch and tells the truth about one product's stock, in one transaction
 * that no change of the stock can fall into. Changes after it carry the new epoch, and wait for the rebuilt hash.
 *
 * @returns null when there is no such product, or its epoch is not older (another rebuild was quicker).
 */
export function tellStockTruth(
  database: Database,
  productId: string,
  epoch: number,
): Promise<StockTruth | null> {
  return database.transaction(async (tx) => {
    await lockStockExclusively(tx, productId);
    const [row] = await tx.query<ProductRow>(
      'UPDATE product SET epoch = $2 WHERE id = $1 AND epoch < $2 RETURNING *',
      [productId, epoch],
    );
    if (!row) return null;
    const product = productOf(row);
    return {
      ...product.settings,
      total: product.total,
      listing: JSON.stringify(productChangedBy(product)),
      committed: await ordersOf(tx, productId, 'COMMITTED'),
      returned: (await ordersOf(tx, productId, 'RETURNED')).map(({ orderId }) => orderId),
    };
  });
}

const ordersOf = (tx: Transaction, productId: string, status: 'COMMITTED' | 'RETURNED') =>
  tx.query<CommittedOrder>(
    `SELECT order_id AS "orderId", buyer_id AS "buyerId", quantity, hold_epoch AS epoch, hold_serial AS serial
     FROM stock_order_line JOIN stock_order USING (order_id) WHERE product_id = $1 AND status = $2`,
    [productId, status],
  );
