import { stockRejected } from '@stampede/shared/messages';
import { Contradiction, on, type Handler } from '@stampede/shared/messaging';
import { cancelPaidOrder } from '../cancellation/cancel-paid-order.js';
import { endHolds } from '../end-holds.js';
import { stockRejections } from '../order-changes.js';
import { lockOrderAndStock } from '../order-row.js';
import { OrderStatus } from '../order-status.js';

/**
 * Catalog could not sell the order's units.
 *
 * | order | what stock.rejected does |
 * |---|---|
 * | PAID | CANCELLED, refunded in full, order.cancelled |
 * | PAID, its cancelling recorded | the same, for the reason that was recorded |
 * | CANCELLED, EXPIRED, REFUNDING, REFUNDED | already so |
 * | PENDING_PAYMENT, CONFIRMED, PREPARING, SHIPPED, DELIVERED; no such order | a contradiction: a dead letter, for people to look at |
 */
export const onStockRejected: Handler = on(stockRejected, async (tx, { orderId, reason }) => {
  const found = await lockOrderAndStock(tx, orderId);
  if (!found) throw new Contradiction(`stock was rejected for order ${orderId}, which is not there`);
  const { order, lines } = found;
  switch (order.status) {
    case OrderStatus.PAID:
      // Catalog sold nothing of it: the units are still held, and go back from here.
      await endHolds(tx, [orderId]);
      stockRejections.note(tx, reason);
      return cancelPaidOrder(tx, order, lines, order.cancel_reason ?? reason);
    case OrderStatus.CANCELLED:
    case OrderStatus.EXPIRED:
    case OrderStatus.REFUNDING:
    case OrderStatus.REFUNDED:
      return undefined;
    case OrderStatus.PENDING_PAYMENT:
    case OrderStatus.CONFIRMED:
    case OrderStatus.PREPARING:
    case OrderStatus.SHIPPED:
    case OrderStatus.DELIVERED:
      throw new Contradiction(`stock was rejected for order ${orderId}, which is ${order.status}`);
    default:
      return order.status satisfies never;
  }
});
