import type { Database, Transaction } from '@stampede/shared/database';
import { badInput, notFound, unauthenticated } from '@stampede/shared/errors';
import { isUuid } from '@stampede/shared/graphql';
import { MAX_LINES, MAX_QUANTITY, type BasketLine } from '../checkout/basket.js';
import type { RefreshListing } from '../listing/refresh-listing.js';
import { lockCart } from './lock-cart.js';

export interface CartParts {
  database: Database;
  refreshListing: RefreshListing;
}

/**
 * Sets how many units of a product a person means to buy; none takes the product out, whatever has become of it.
 * A product that sells nothing now may be put in: its sale may open yet. A line that is there keeps its place.
 *
 * @throws BAD_USER_INPUT for a quantity out of bounds, or a line too many; NOT_FOUND; Unavailable when catalog is away
 * and has to be asked; UNAUTHENTICATED when the account has been deleted meanwhile.
 */
export async function setCartLine(parts: CartParts, buyerId: string, line: BasketLine): Promise<void> {
  const { quantity } = line;
  if (quantity < 0 || quantity > MAX_QUANTITY) {
    throw badInput({ path: 'quantity', message: `is 0 to ${MAX_QUANTITY}.` });
  }
  if (!isUuid(line.productId)) throw notFound('product');
  const productId = line.productId.toLowerCase();
  if (quantity === 0) {
    await parts.database.run('DELETE FROM cart_line WHERE buyer_id = $1 AND product_id = $2', [
      buyerId,
      productId,
    ]);
    return;
  }
  await haveListing(parts, productId);
  await parts.database.transaction('set-cart-line', (tx) => putIn(tx, buyerId, { productId, quantity }));
}

/** Asks catalog when order has not heard of the product, which may be only seconds old. @throws NOT_FOUND */
async function haveListing({ database, refreshListing }: CartParts, productId: string): Promise<void> {
  const known = await database.query('SELECT FROM listing WHERE product_id = $1 AND version > 0', [
    productId,
  ]);
  if (known.length === 0) await refreshListing(productId);
}

async function putIn(tx: Transaction, buyerId: string, { productId, quantity }: BasketLine): Promise<void> {
  await lockCart(tx, buyerId);
  const [standing] = await tx.query<{ deleted: boolean; full: boolean }>(
    `SELECT EXISTS (SELECT FROM deleted_account WHERE id = $1) AS deleted,
       (SELECT count(*) FROM cart_line WHERE buyer_id = $1 AND product_id <> $2) >= $3 AS full`,
    [buyerId, productId, MAX_LINES],
  );
  if (standing?.deleted) throw unauthenticated();
  if (standing?.full) {
    throw badInput({ path: 'productId', message: `the cart is full: it holds ${MAX_LINES} products.` });
  }
  await tx.run(
    `INSERT INTO cart_line (buyer_id, product_id, quantity) VALUES ($1, $2, $3)
     ON CONFLICT (buyer_id, product_id) DO UPDATE SET quantity = excluded.quantity`,
    [buyerId, productId, quantity],
  );
}
