import { productChanged } from '@stampede/shared/messages';
import { on, type Handler } from '@stampede/shared/messaging';
import { storeListing } from './store-listing.js';

/** Keeps the listing up to date, and has a new product ready in Redis before its first buyer comes. */
export const onProductChanged = (warm: (productId: string) => void): Handler =>
  on(productChanged, async (tx, product) => {
    await storeListing(tx, product);
    tx.afterCommit(() => warm(product.productId));
  });
