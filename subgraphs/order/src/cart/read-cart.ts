import type { Sql } from '@stampede/shared/database';
import { won } from '@stampede/shared/graphql';
import type { Cart } from './cart.entity.js';

interface Row {
  product_id: string;
  quantity: number;
  /** Null before catalog has told the product's price. */
  unit_price: number | null;
}

/** In one statement, so that the total is that of the lines. */
const READ = `SELECT cart_line.product_id, quantity, unit_price
   FROM cart_line LEFT JOIN listing USING (product_id) WHERE buyer_id = $1 ORDER BY added_at, product_id`;

/** What is in a person's cart, and what it would cost by order's listing. */
export async function readCart(sql: Sql, buyerId: string): Promise<Cart> {
  const rows = await sql.query<Row>(READ, [buyerId]);
  return {
    lines: rows.map(({ product_id, quantity }) => ({
      productId: product_id,
      product: { id: product_id },
      quantity,
    })),
    total: won(rows.reduce((sum, { quantity, unit_price }) => sum + quantity * (unit_price ?? 0), 0)),
  };
}
