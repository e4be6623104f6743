import type { Sql } from '@stampede/shared/database';
import type { ProductChanged } from '@stampede/shared/messages';

/** Stores what order lines copy from a product, unless something newer is there. Leaves the epoch alone. */
export async function storeListing(sql: Sql, product: ProductChanged): Promise<void> {
  await sql.run(
    `INSERT INTO listing (product_id, version, seller_id, name, unit_price, refund_policy)
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (product_id) DO UPDATE SET version = excluded.version, seller_id = excluded.seller_id,
       name = excluded.name, unit_price = excluded.unit_price, refund_policy = excluded.refund_policy
     WHERE listing.version < excluded.version`,
    [
      product.productId,
      product.version,
      product.sellerId,
      product.name,
      product.unitPrice,
      JSON.stringify(product.refundPolicy),
    ],
  );
}
