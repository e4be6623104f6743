import type { Transaction } from '@stampede/shared/database';
import { appendStockEffect, lockStock } from '@stampede/shared/inventory';
import { productChanged } from '@stampede/shared/messages';
import { appendToOutbox } from '@stampede/shared/messaging';
import type { Product } from './product.entity.js';
import { productChangedBy, productOf, type ProductRow } from './product-row.js';

/**
 * Moves a sale in time. Settings travel to Redis as a whole, with their version: whichever comes last wins there,
 * too.
 */
export async function reschedule(
  tx: Transaction,
  productId: string,
  { opensAt, closesAt }: { opensAt: Date; closesAt: Date | null },
): Promise<Product> {
  await lockStock(tx, productId);
  const [row] = await tx.query<ProductRow>(
    'UPDATE product SET opens_at = $2, closes_at = $3, version = version + 1 WHERE id = $1 RETURNING *',
    [productId, opensAt, closesAt],
  );
  if (!row) throw new Error(`product ${productId} is gone`);
  const product = productOf(row);
  const { epoch, settings } = product;
  // Epoch 0: never loaded into Redis, and loaded with these settings when it is.
  if (epoch > 0) await appendStockEffect(tx, { kind: 'settings', productId, epoch, settings });
  await appendToOutbox(tx, productChanged, productChangedBy(product));
  return product;
}
