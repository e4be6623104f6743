import type { Database } from '@stampede/shared/database';
import { lockStockExclusively } from '@stampede/shared/inventory';
import { PRODUCT_COLUMNS, productChangedBy, productOf, type ProductRow } from '../product-row.js';
import { decideRestocks } from '../restock/decide-restocks.js';
import type { StockTruth, UnconfirmedLine } from './stock-truth.entity.js';

/**
 * Step 3 of a rebuild: stores the new epoch and tells the truth about one product's stock, in one transaction
 * that no change of the stock can fall into. Changes after it carry the new epoch, and wait for the rebuilt hash.
 *
 * This is the instant at which units can be taken back: nobody can place an order until the new hash is there, so
 * that what is held is known exactly, and the new hash is loaded with the new total.
 *
 * @returns null when there is no such product, or its epoch is not older (another rebuild was quicker).
 */
export function tellStockTruth(
  database: Database,
  productId: string,
  epoch: number,
  unconfirmed: readonly UnconfirmedLine[],
): Promise<StockTruth | null> {
  return database.transaction('tell-stock-truth', async (tx) => {
    await lockStockExclusively(tx, productId);
    const [row] = await tx.query<ProductRow>(
      `UPDATE product SET epoch = $2 WHERE id = $1 AND epoch < $2 RETURNING ${PRODUCT_COLUMNS}`,
      [productId, epoch],
    );
    if (!row) return null;
    const product = await decideRestocks(tx, productOf(row), unconfirmed);
    return { ...product.settings, listing: JSON.stringify(productChangedBy(product)) };
  });
}
