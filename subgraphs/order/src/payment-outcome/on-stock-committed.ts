import type { Transaction } from '@stampede/shared/database';
import { orderConfirmed, stockCommitted } from '@stampede/shared/messages';
import { appendToOutbox, Contradiction, on, type Handler } from '@stampede/shared/messaging';
import { awaitReturn, cancelPaidOrder, takeBackStock } from '../cancellation/cancel-paid-order.js';
import { awaitDelivery } from '../delivery/goods.js';
import { lockOrderAndStock, type LineRow, type OrderRow } from '../order-row.js';
import { changeStatus, OrderStatus } from '../order-status.js';
import { confirmAll } from './confirm-all.js';
import { confirmedOf } from './confirmed-of.js';

/**
 * Catalog has sold the order's units.
 *
 * | order | what stock.committed does |
 * |---|---|
 * | PAID | CONFIRMED, order.confirmed |
 * | PAID, its cancelling recorded | CANCELLED, refunded in full, order.cancelled: catalog unsells |
 * | CONFIRMED, PREPARING, SHIPPED, DELIVERED, REFUNDING, REFUNDED | already so |
 * | EXPIRED, CANCELLED | order.cancelled again: catalog unsells what nobody has |
 * | PENDING_PAYMENT; no such order | a contradiction: a dead letter, for people to look at |
 */
export const onStockCommitted: Handler = on(
  stockCommitted,
  async (tx, { orderId }) => {
    const found = await lockOrderAndStock(tx, orderId);
    if (!found) throw new Contradiction(`stock was committed for order ${orderId}, which is not there`);
    const { order, lines } = found;
    switch (order.status) {
      case OrderStatus.PAID:
        if (order.cancel_requested_at) {
          await awaitReturn(tx, order);
          return cancelPaidOrder(tx, order, lines, order.cancel_reason ?? 'BUYER');
        }
        return confirm(tx, order, lines);
      case OrderStatus.CONFIRMED:
      case OrderStatus.PREPARING:
      case OrderStatus.SHIPPED:
      case OrderStatus.DELIVERED:
      case OrderStatus.REFUNDING:
      case OrderStatus.REFUNDED:
        return undefined;
      case OrderStatus.EXPIRED:
      case OrderStatus.CANCELLED:
        return takeBackStock(tx, order, lines, 'ENDED_BEFORE_COMMIT');
      case OrderStatus.PENDING_PAYMENT:
        throw new Contradiction(`stock was committed for order ${orderId}, which is not paid`);
      default:
        return order.status satisfies never;
    }
  },
  confirmAll,
);

async function confirm(tx: Transaction, order: OrderRow, lines: readonly LineRow[]): Promise<void> {
  await changeStatus(tx, order.id, OrderStatus.PAID, OrderStatus.CONFIRMED);
  await awaitDelivery(tx, order.id, lines);
  await appendToOutbox(tx, orderConfirmed, confirmedOf(order, lines));
}
