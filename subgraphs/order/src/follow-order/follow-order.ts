import { notFound } from '@stampede/shared/errors';
import { requireUser, type SubgraphContext } from '@stampede/shared/subgraph';
import type { OrderReader } from '../history/order-reader.js';
import type { Order } from '../order.entity.js';
import type { FollowedOrders } from './followed-orders.js';

/**
 * Opens one viewer's stream of an order.
 *
 * @throws UNAUTHENTICATED; NOT_FOUND, also for somebody else's.
 */
export async function followOrder(
  followed: FollowedOrders,
  orders: Pick<OrderReader, 'visible'>,
  id: string,
  context: SubgraphContext,
): Promise<AsyncIterableIterator<Order>> {
  const order = await orders.visible(id, requireUser(context));
  if (!order) throw notFound('order');
  return followed.follow(order.id);
}
