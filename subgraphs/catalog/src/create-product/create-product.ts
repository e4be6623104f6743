import type { Database } from '@stampede/shared/database';
import { FULL_REFUND, productChanged } from '@stampede/shared/messages';
import { appendToOutbox } from '@stampede/shared/messaging';
import { randomUUID } from 'node:crypto';
import { searchColumnsOf } from '../browse/search-form.js';
import type { Product } from '../product.entity.js';
import { PRODUCT_COLUMNS, productChangedBy, productOf, type ProductRow } from '../product-row.js';
import type { ProductInput, RefundTierInput } from './product-input.js';

/**
 * Stores a product and tells the others, who make it ready to be sold. The same seller's same idempotency key
 * gives the product that it made before.
 */
export async function createProduct(
  database: Database,
  sellerId: string,
  input: ProductInput,
): Promise<Product> {
  const { name, brands } = input;
  const { search_text, brand_keys } = searchColumnsOf({ name, brands, description: input.description ?? '' });
  return database.transaction(async (tx) => {
    const [row] = await tx.query<ProductRow>(
      `INSERT INTO product (id, seller_id, name, description, brands, images, price, used_on, refund_tiers,
         opens_at, closes_at, limit_per_buyer, hold_minutes, total, idempotency_key, search_text, brand_keys)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
       ON CONFLICT (seller_id, idempotency_key) DO NOTHING RETURNING ${PRODUCT_COLUMNS}`,
      [
        randomUUID(),
        sellerId,
        input.name.trim(),
        input.description ?? '',
        input.brands.map((brand) => brand.trim()),
        (input.images ?? []).map(String),
        input.price,
        input.usedOn ?? null,
        JSON.stringify(mostDaysFirst(input.refundTiers ?? FULL_REFUND.tiers)),
        input.opensAt,
        input.closesAt ?? null,
        input.limitPerBuyer ?? 1,
        input.holdMinutes ?? 30,
        input.stock,
        input.idempotencyKey ?? null,
        search_text,
        brand_keys,
      ],
    );
    if (!row) return createdBefore(tx, sellerId, input.idempotencyKey);
    const product = productOf(row);
    await appendToOutbox(tx, productChanged, productChangedBy(product));
    return product;
  });
}

const mostDaysFirst = (tiers: readonly RefundTierInput[]) =>
  tiers.toSorted((a, b) => b.daysBefore - a.daysBefore);

async function createdBefore(
  tx: Pick<Database, 'query'>,
  sellerId: string,
  key: string | null,
): Promise<Product> {
  const [row] = await tx.query<ProductRow>(
    `SELECT ${PRODUCT_COLUMNS} FROM product WHERE seller_id = $1 AND idempotency_key = $2`,
    [sellerId, key],
  );
  if (!row) throw new Error('a product’s idempotency key conflicts, and is not there');
  return productOf(row);
}
