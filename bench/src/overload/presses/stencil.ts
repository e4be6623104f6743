import { randomUUID } from 'node:crypto';

/** What stands in a prepared request for a product's id, and for an idempotency key; as long as what takes its place. */
export const ANY_PRODUCT = '00000000-0000-0000-0000-000000000000';
export const ANY_KEY = 'a-key-that-is-as-long-as-any-uuid-is';

/** Keys of one process begin alike, so that two of them never have one in common. */
const KEY = randomUUID().slice(0, 24);
let keys = 0;

/**
 * Prepares a request to be sent many times: parsing, signing and encoding it each time would cost the machine that is
 * measured.
 * @returns a copy, with the product in it, and a key that no other copy has
 */
export function stencil(request: Uint8Array): (productId: string) => Buffer {
  const text = Buffer.from(request);
  const productAt = text.indexOf(ANY_PRODUCT);
  const keyAt = text.indexOf(ANY_KEY);
  return (productId) => {
    const copy = Buffer.allocUnsafe(text.length);
    text.copy(copy);
    if (productAt >= 0) copy.write(productId, productAt, 'latin1');
    if (keyAt >= 0) copy.write(KEY + String(keys++).padStart(12, '0'), keyAt, 'latin1');
    return copy;
  };
}
