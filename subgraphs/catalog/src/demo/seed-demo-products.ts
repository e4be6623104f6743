import type { Database } from '@stampede/shared/database';
import { changeSettings } from '../change-settings.js';
import { createProduct } from '../create-product/create-product.js';
import { demoProducts } from './demo-products.js';

/** The demo seller's account, the same in every demo installation. */
export const DEMO_SELLER = '5e11e700-0000-4000-8000-000000000001';

/**
 * Creates the demo products where they are missing, and gives every one its phase of this start.
 *
 * @param startedAt when the platform was started, in milliseconds since 1970: a catalog that crashes and comes
 * back in the middle of a sale finds the sales as they are.
 */
export async function seedDemoProducts(database: Database, startedAt: number): Promise<void> {
  for (const { key, opensIn, closesIn, input } of demoProducts(startedAt)) {
    const opensAt = new Date(startedAt + opensIn);
    const closesAt = closesIn === null ? null : new Date(startedAt + closesIn);
    const { id, settings } = await createProduct(database, DEMO_SELLER, {
      ...input,
      opensAt,
      closesAt,
      idempotencyKey: key,
    });
    if (settings.opensAt === opensAt.getTime()) continue;
    await database.transaction((tx) =>
      changeSettings(tx, id, () => ({ opens_at: opensAt, closes_at: closesAt })),
    );
  }
}
