import { badInput, notFound } from '@stampede/shared/errors';
import type { ProductReader } from '../browse/product-reader.js';
import type { Product } from '../product.entity.js';
import type { StockWatcher } from './stock-watcher.js';

const MOST = 100;

/**
 * Opens one viewer's stream of products whose stock changes.
 *
 * @throws BAD_USER_INPUT, NOT_FOUND
 */
export async function watchStock(
  watcher: StockWatcher,
  products: Pick<ProductReader, 'one'>,
  productIds: readonly string[],
): Promise<AsyncIterableIterator<Product>> {
  const { length } = productIds;
  if (length === 0) throw badInput({ path: 'productIds', message: 'names at least one product.' });
  if (length > MOST) {
    throw badInput({ path: 'productIds', message: `names at most ${MOST} products, not ${length}.` });
  }
  const known = await Promise.all(productIds.map((id) => products.one(id)));
  const missing = known.indexOf(null);
  if (missing >= 0) throw notFound('product');
  return watcher.watch(
    new Map(known.flatMap((product) => (product ? [[product.id, product]] : []))).values(),
  );
}
