import type { Database } from '@stampede/shared/database';
import { conflict } from '@stampede/shared/errors';
import { CartChanged } from '../cart/cart-changed.js';
import { ORDER_COLUMNS, type OrderRow } from '../order-row.js';
import type { Attempt } from './attempt.js';
import type { Basket } from './basket.js';

/**
 * The order that stands under an attempt's id; undefined when there is none, as while its basket is held and nothing
 * is written down yet.
 *
 * @throws IDEMPOTENCY_CONFLICT, or CartChanged, when it is of another basket.
 */
export async function readStanding(
  database: Database,
  { orderId, basket }: Pick<Attempt, 'orderId' | 'basket'>,
): Promise<{ order: OrderRow; isNew: false } | undefined> {
  const [order] = await database.query<OrderRow>(`SELECT ${ORDER_COLUMNS} FROM orders WHERE id = $1`, [
    orderId,
  ]);
  if (order && order.digest !== basket.digest) throw anotherBasket(basket);
  return order && { order, isNew: false };
}

/** Who buys a cart has not said what is in it: that the cart is another one by now is no mistake of theirs. */
export const anotherBasket = ({ fromCart }: Basket): Error =>
  fromCart ? new CartChanged() : conflict('This idempotency key was used for another basket.');
