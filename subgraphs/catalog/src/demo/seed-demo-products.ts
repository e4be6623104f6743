import type { Database } from '@stampede/shared/database';
import { keyOf } from '../categories/keep-categories.js';
import { changeSettings } from '../change-settings.js';
import { createProduct } from '../create-product/create-product.js';
import type { ProductInput } from '../create-product/product-input.js';
import { whatDiffers } from '../update-product/check-patch.js';
import { demoProducts } from './demo-products.js';

/** The demo seller's account, the same in every demo installation. */
export const DEMO_SELLER = '5e11e700-0000-4000-8000-000000000001';

/**
 * Creates the demo products where they are missing, each in its category, and gives every one its phase of this
 * start.
 *
 * @param startedAt when the platform was started, in milliseconds since 1970: a catalog that crashes and comes
 * back in the middle of a sale finds the sales as they are.
 */
export async function seedDemoProducts(database: Database, startedAt: number): Promise<void> {
  for (const { key, opensIn, closesIn, category, input } of demoProducts(startedAt)) {
    const opensAt = new Date(startedAt + opensIn);
    const closesAt = closesIn === null ? null : new Date(startedAt + closesIn);
    const categoryId = await seedCategory(database, category);
    const id = await seedProduct(database, { ...input, opensAt, closesAt, categoryId, idempotencyKey: key });
    const today = {
      opens_at: opensAt,
      closes_at: closesAt,
      used_on: input.usedOn,
      category_id: categoryId,
      paused: false,
    };
    await database.transaction('renew-demo-product', (tx) =>
      changeSettings(tx, id, (_, __, row) =>
        row.opens_at.getTime() === opensAt.getTime() ? undefined : whatDiffers(row, today),
      ),
    );
  }
}

/** @returns the product's id, whoever has made it */
async function seedProduct(database: Database, input: ProductInput): Promise<string> {
  const idOf = async () => {
    const [row] = await database.query<{ id: string }>(
      'SELECT id FROM product WHERE seller_id = $1 AND idempotency_key = $2',
      [DEMO_SELLER, input.idempotencyKey],
    );
    return row?.id;
  };
  const known = await idOf();
  if (known) return known;
  try {
    return (await createProduct(database, DEMO_SELLER, input)).id;
  } catch (error) {
    // A catalog that was started at another instant was quicker: under the same key it has another opening.
    const theirs = await idOf();
    if (!theirs) throw error;
    return theirs;
  }
}

async function seedCategory(database: Database, name: string): Promise<string> {
  const [row] = await database.query<{ id: string }>(
    `INSERT INTO category (name, name_key) VALUES ($1, $2)
     ON CONFLICT (name_key) DO UPDATE SET name = category.name RETURNING id`,
    [name, keyOf(name)],
  );
  if (!row) throw new Error('an upsert returned nothing');
  return row.id;
}
