import { passing } from '@stampede/shared/crash-points';
import type { Database } from '@stampede/shared/database';
import { notFound } from '@stampede/shared/errors';
import { productChanged } from '@stampede/shared/messages';
import type { ServiceClient } from '@stampede/shared/subgraph';
import { randomUUID } from 'node:crypto';
import { openUnknownProducts } from '../rebuild/unknown-products.js';
import { storeListing } from './store-listing.js';

/**
 * Gets from catalog what order lines copy from a product, for whoever cannot wait until its product.changed comes.
 * A rebuild would bring it as well, and nobody could buy meanwhile. Of what catalog did not know a moment ago it is not
 * asked again.
 *
 * @throws NOT_FOUND; Unavailable when PostgreSQL or catalog is away.
 */
export type RefreshListing = (productId: string) => Promise<void>;

/** One question at a time for each product, however many checkouts wait for its answer. */
export function openListingRefresh({
  database,
  catalog,
}: {
  database: Database;
  catalog: ServiceClient;
}): RefreshListing {
  const running = new Map<string, Promise<void>>();
  const unknown = openUnknownProducts();

  async function refresh(productId: string): Promise<void> {
    if (unknown.has(productId)) throw notFound('product');
    const { productListing } = await catalog.ask<{ productListing: string | null }>(
      'query ($productId: ID!) { productListing(productId: $productId) }',
      { productId },
      randomUUID(),
    );
    if (productListing === null) {
      unknown.remember(productId);
      throw notFound('product');
    }
    const told = productChanged.schema.parse(JSON.parse(productListing));
    await passing('store-listing', 'commit', () => storeListing(database, told));
  }

  return (productId) => {
    const shared = running.get(productId) ?? refresh(productId).finally(() => running.delete(productId));
    running.set(productId, shared);
    return shared;
  };
}
