import { passing } from '@stampede/shared/crash-points';
import type { Database } from '@stampede/shared/database';
import { lockStockExclusively, type Inventory, type LoadAnswer } from '@stampede/shared/inventory';
import { productChanged } from '@stampede/shared/messages';
import { storeListing } from '../listing/store-listing.js';
import { readUnconfirmed } from './standing-orders.js';
import { fetchStockTruth } from './stock-truth.js';
import { uniteTruths, type TruthSources } from './unite-truths.js';

/**
 * Step 1. Waits until every change of the product's stock that is under way has committed, and raises the epoch:
 * what commits from here on carries the new one, and waits for the hash that this rebuild will load. No order can be
 * placed until then: its hold is of an epoch that has passed.
 *
 * @param above the epoch of the hash that stands in Redis, should it be ahead of PostgreSQL (a restored backup).
 */
export function raiseEpoch(database: Database, productId: string, above: number): Promise<number> {
  return database.transaction('raise-epoch', async (tx) => {
    await lockStockExclusively(tx, productId);
    const [row] = await tx.query<{ epoch: number }>(
      `INSERT INTO listing (product_id, epoch) VALUES ($1, $2 + 1)
       ON CONFLICT (product_id) DO UPDATE SET epoch = greatest(listing.epoch, $2) + 1 RETURNING epoch`,
      [productId, above],
    );
    if (!row) throw new Error('an upsert returned nothing');
    return row.epoch;
  });
}

/**
 * The four steps, once. Any answer but PUBLISHED, and any error, means to start over at the first: nobody knows how
 * far the last one came.
 *
 * @returns OVERTAKEN when catalog has a newer epoch: another rebuild was quicker.
 */
export async function takeSteps(
  { inventory, ...sources }: TruthSources & { inventory: Inventory },
  productId: string,
): Promise<LoadAnswer | 'OVERTAKEN'> {
  const { database, catalog } = sources;
  const epoch = await raiseEpoch(database, productId, await inventory.standingEpoch(productId));
  const unconfirmed = await readUnconfirmed(database, productId);
  const truth = await fetchStockTruth(catalog, productId, epoch, unconfirmed);
  if (!truth) return 'OVERTAKEN';
  const { listing, ...settings } = truth;
  const told = productChanged.schema.parse(JSON.parse(listing));
  await passing('store-listing', 'commit', () => storeListing(database, told));
  return inventory.load({ productId, epoch, settings, orders: uniteTruths(sources, productId) });
}
