import type { Database } from '@stampede/shared/database';
import { notFound } from '@stampede/shared/errors';
import { productChanged } from '@stampede/shared/messages';
import type { ServiceClient } from '@stampede/shared/subgraph';
import { randomUUID } from 'node:crypto';
import { storeListing } from './store-listing.js';

/**
 * Gets from catalog what order lines copy from a product, for whoever cannot wait until its product.changed comes.
 * A rebuild would bring it as well, and nobody could buy meanwhile.
 *
 * @throws NOT_FOUND; Unavailable when PostgreSQL or catalog is away.
 */
export type RefreshListing = (productId: string) => Promise<void>;

/** One question at a time for each product, however many checkouts wait for its answer. */
export function openListingRefresh(parts: { database: Database; catalog: ServiceClient }): RefreshListing {
  const running = new Map<string, Promise<void>>();
  return (productId) => {
    const shared =
      running.get(productId) ?? refresh(parts, productId).finally(() => running.delete(productId));
    running.set(productId, shared);
    return shared;
  };
}

async function refresh(
  { database, catalog }: { database: Database; catalog: ServiceClient },
  productId: string,
): Promise<void> {
  const { productListing } = await catalog.ask<{ productListing: string | null }>(
    'query ($productId: ID!) { productListing(productId: $productId) }',
    { productId },
    randomUUID(),
  );
  if (productListing === null) throw notFound('product');
  await storeListing(database, productChanged.schema.parse(JSON.parse(productListing)));
}
