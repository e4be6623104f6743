import type { Sql } from '@stampede/shared/database';
import type { LoadedOrder } from '@stampede/shared/inventory';
import type { UnconfirmedLine } from './stock-truth.js';

/** An order line of a product as order knows it. */
export interface KnownOrder extends Omit<LoadedOrder, 'state'> {
  /**
   * What it is unless catalog knows better; null: nothing, as it was paid and has ended, and catalog
   * alone knows whether it has sold it; unless it has said that it never will.
   */
  state: 'held' | 'ended' | null;
}

const KNOWN = `
  SELECT orders.id AS "orderId", orders.buyer_id AS "buyerId", orders.digest, line.quantity, hold.epoch, hold.serial,
    CASE WHEN orders.status NOT IN ('EXPIRED', 'CANCELLED', 'REFUNDED') THEN 'held'
         WHEN orders.paid_payment_id IS NULL OR orders.cancel_reason = 'NO_UNITS_LEFT' THEN 'ended' END AS state,
    floor(extract(epoch FROM orders.pay_by) * 1000)::bigint AS "payBy",
    floor(extract(epoch FROM orders.placed_at) * 1000)::bigint AS "heldAt"
  FROM order_line line
  JOIN orders ON orders.id = line.order_id
  JOIN hold ON hold.order_id = line.order_id AND hold.product_id = line.product_id AND hold.state = 'PLACED'
  WHERE line.product_id = $1`;

/**
 * A page of the product's orders, by id: delivered ones too, for the buyers' limits, and ended ones, so that a key
 * sent again gives its order.
 */
export const readOrderPage = (
  sql: Sql,
  productId: string,
  { after, first }: { after: string; first: number },
): Promise<KnownOrder[]> =>
  sql.query<KnownOrder>(`${KNOWN} AND line.order_id > $2 ORDER BY line.order_id LIMIT $3`, [
    productId,
    after,
    first,
  ]);

/** Step 2. What is held, for all that order knows: while a rebuild is under way it can only become less. */
export const readUnconfirmed = (sql: Sql, productId: string): Promise<UnconfirmedLine[]> =>
  sql.query<UnconfirmedLine>(
    `SELECT line.order_id AS "orderId", line.quantity FROM order_line line JOIN orders ON orders.id = line.order_id
     WHERE line.product_id = $1 AND orders.status IN ('PENDING_PAYMENT', 'PAID')`,
    [productId],
  );
