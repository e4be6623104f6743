import type { Database, Sql } from '@stampede/shared/database';
import { badInput, conflict } from '@stampede/shared/errors';
import { productChanged } from '@stampede/shared/messages';
import { appendToOutbox } from '@stampede/shared/messaging';
import { createHash, randomUUID } from 'node:crypto';
import { isOfNoCategory } from '../categories/is-of-no-category.js';
import { SETTING_COLUMNS } from '../change-settings.js';
import type { Product } from '../product.entity.js';
import { PRODUCT_COLUMNS, productChangedBy, productOf, type ProductRow } from '../product-row.js';
import { columnsOf, findable } from './product-columns.js';
import type { ProductInput } from './product-input.js';

const names = SETTING_COLUMNS.join(', ');
const INSERT = `INSERT INTO product (id, seller_id, idempotency_key, input_digest, ${names})
  SELECT $1, $2, $3, $4, ${names} FROM jsonb_populate_record(NULL::product, $5)
  ON CONFLICT (seller_id, idempotency_key) DO NOTHING RETURNING ${PRODUCT_COLUMNS}`;

/**
 * Stores a product and tells the others, who make it ready to be sold. The same seller's same idempotency key
 * gives the product that it made before, however that has been changed since.
 *
 * @throws BAD_USER_INPUT for a category that is not there; IDEMPOTENCY_CONFLICT when the key made another product
 */
export async function createProduct(
  database: Database,
  sellerId: string,
  input: ProductInput,
): Promise<Product> {
  const columns = { ...columnsOf(complete(input)), paused: false, total: input.stock };
  const digest = createHash('sha256').update(JSON.stringify(columns)).digest('base64url');
  const key = input.idempotencyKey ?? null;
  const values = [randomUUID(), sellerId, key, digest, JSON.stringify(findable(columns))];
  try {
    return await database.transaction('create-product', async (tx) => {
      const [row] = await tx.query<ProductRow>(INSERT, values);
      if (!row) return await createdBefore(tx, { sellerId, key, digest });
      const product = productOf(row);
      await appendToOutbox(tx, productChanged, productChangedBy(product));
      return product;
    });
  } catch (error) {
    if (!isOfNoCategory(error)) throw error;
    throw badInput({ path: 'input.categoryId', message: 'names no category.' });
  }
}

/** With null for what was left out, so that saying nothing and saying null are one input. */
const complete = (input: ProductInput) => ({
  name: input.name,
  brands: input.brands,
  price: input.price,
  opensAt: input.opensAt,
  description: input.description ?? null,
  categoryId: input.categoryId ?? null,
  images: input.images ?? null,
  closesAt: input.closesAt ?? null,
  limitPerBuyer: input.limitPerBuyer ?? null,
  holdMinutes: input.holdMinutes ?? null,
  usedOn: input.usedOn ?? null,
  timeZone: input.timeZone ?? null,
  refundTiers: input.refundTiers ?? null,
});

async function createdBefore(
  tx: Sql,
  { sellerId, key, digest }: { sellerId: string; key: string | null; digest: string },
): Promise<Product> {
  const [row] = await tx.query<ProductRow & { input_digest: string | null }>(
    `SELECT ${PRODUCT_COLUMNS}, input_digest FROM product WHERE seller_id = $1 AND idempotency_key = $2`,
    [sellerId, key],
  );
  if (!row) throw new Error('a product’s idempotency key conflicts, and is not there');
  // Of a product that was created before there were digests nobody knows; its key was never used for another.
  if (row.input_digest !== null && row.input_digest !== digest) {
    throw conflict('This idempotencyKey was used for another product.');
  }
  return productOf(row);
}
