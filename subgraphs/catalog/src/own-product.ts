import { forbidden, notFound } from '@stampede/shared/errors';
import { requireRole, type SubgraphContext } from '@stampede/shared/subgraph';
import type { ProductReader } from './browse/product-reader.js';
import type { Product } from './product.entity.js';

/**
 * A product whose sale the caller may change: its seller, or an operator. Everyone may know of a product, so that
 * somebody else's is FORBIDDEN, where somebody else's order would be NOT_FOUND.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND
 */
export async function requireOwnProduct(
  context: SubgraphContext,
  products: Pick<ProductReader, 'one'>,
  productId: string,
): Promise<Product> {
  const { userId, role } = requireRole(context, 'SELLER', 'OPERATOR');
  const product = await products.one(productId);
  if (!product) throw notFound('product');
  if (role !== 'OPERATOR' && product.sellerId !== userId) throw forbidden('This product is somebody else’s.');
  return product;
}
