import type { Database } from '@stampede/shared/database';
import { reschedule } from '../change-settings.js';
import { createProduct } from '../create-product/create-product.js';
import { demoProducts } from './demo-products.js';

/** The demo seller's account, the same in every demo installation. */
export const DEMO_SELLER = '5e11e700-0000-4000-8000-000000000001';

/** Creates the demo products where they are missing, and gives every one its phase of this start. */
export async function seedDemoProducts(database: Database): Promise<void> {
  const now = Date.now();
  for (const { key, opensIn, closesIn, input } of demoProducts(now)) {
    const opensAt = new Date(now + opensIn);
    const closesAt = closesIn === null ? null : new Date(now + closesIn);
    const { id } = await createProduct(database, DEMO_SELLER, {
      ...input,
      opensAt,
      closesAt,
      idempotencyKey: key,
    });
    await database.transaction((tx) => reschedule(tx, id, { opensAt, closesAt }));
  }
}
