import { badInput, notFound } from '@stampede/shared/errors';
import { isUuid } from '@stampede/shared/graphql';
import { createHash } from 'node:crypto';
import type { LineInput } from './checkout-input.js';
import type { ShipTo } from './ship-to.js';

export interface BasketLine {
  productId: string;
  quantity: number;
}

/** What a buyer wants, checked: products in the order in which they are reserved and locked, each once. */
export interface Basket {
  lines: BasketLine[];
  shipTo: ShipTo;
  /** Whether it is what the buyer's cart holds, and to be bought only while the cart does. */
  fromCart: boolean;
  /** The same for equal baskets under one key, however their lines were written. */
  digest: string;
}

/** Of a basket, and of a cart. */
export const MAX_LINES = 20;
/** No sale allows more to one buyer (catalog's own rule for `limitPerBuyer`). */
export const MAX_QUANTITY = 1_000;

/**
 * @param idempotencyKey is in the digest, and in no store: whoever reads a digest can confirm a guess of its address only
 * by the key. Of a random key nobody finds that; a short one can be guessed, and confirmed by the order's id. So the
 * digest is forgotten with the address.
 * @throws BAD_USER_INPUT for lines or quantities out of bounds; NOT_FOUND for what cannot be a product's id.
 */
export function basketOf(
  lines: readonly LineInput[],
  {
    idempotencyKey,
    shipTo,
    fromCart = false,
  }: { idempotencyKey: string; shipTo: ShipTo; fromCart?: boolean },
): Basket {
  if (lines.length > MAX_LINES) throw badInput({ path: 'input.lines', message: `has at most ${MAX_LINES}.` });
  const quantities = new Map<string, number>();
  lines.forEach(({ productId, quantity }, index) => {
    const id = productId.toLowerCase();
    const sum = (quantities.get(id) ?? 0) + quantity;
    if (quantity < 1 || sum > MAX_QUANTITY) {
      const message = `is 1 to ${MAX_QUANTITY}, all lines of a product together.`;
      throw badInput({ path: `input.lines.${index}.quantity`, message });
    }
    if (!isUuid(id)) throw notFound('product');
    quantities.set(id, sum);
  });
  const sorted = [...quantities]
    .map(([productId, quantity]) => ({ productId, quantity }))
    .toSorted((a, b) => (a.productId < b.productId ? -1 : 1));
  const text = JSON.stringify([idempotencyKey, sorted.map(Object.values), shipTo]);
  const digest = createHash('sha256').update(text).digest('base64url').slice(0, 22);
  return { lines: sorted, shipTo, fromCart, digest };
}
