import type { Transaction } from '@stampede/shared/database';
import { registerEnumType } from 'type-graphql';
import { orderChanges, orderSteps } from './order-changes.js';

export enum OrderStatus {
  PENDING_PAYMENT = 'PENDING_PAYMENT',
  PAID = 'PAID',
  CONFIRMED = 'CONFIRMED',
  PREPARING = 'PREPARING',
  SHIPPED = 'SHIPPED',
  DELIVERED = 'DELIVERED',
  EXPIRED = 'EXPIRED',
  CANCELLED = 'CANCELLED',
  REFUNDING = 'REFUNDING',
  REFUNDED = 'REFUNDED',
}
registerEnumType(OrderStatus, {
  name: 'OrderStatus',
  description: 'Where an order stands.',
  valuesConfig: {
    PENDING_PAYMENT: { description: 'Its units are held until `payBy`.' },
    PAID: { description: 'The provider has the money; the stock is being committed.' },
    CONFIRMED: { description: 'The units are the buyer’s.' },
    PREPARING: { description: 'Being packed.' },
    SHIPPED: { description: 'With the carrier.' },
    DELIVERED: { description: 'Arrived.' },
    EXPIRED: { description: 'Not paid in time; for good.' },
    CANCELLED: { description: 'Ended before it was confirmed; a payment of it is refunded in full.' },
    REFUNDING: { description: 'Cancelled after it was confirmed; the money is on its way back.' },
    REFUNDED: { description: 'Cancelled, and the money is back.' },
  },
});

/** The only changes of status that there are. */
const ALLOWED: Record<OrderStatus, readonly OrderStatus[]> = {
  PENDING_PAYMENT: [OrderStatus.PAID, OrderStatus.EXPIRED, OrderStatus.CANCELLED],
  PAID: [OrderStatus.CONFIRMED, OrderStatus.CANCELLED],
  CONFIRMED: [OrderStatus.PREPARING, OrderStatus.REFUNDING],
  PREPARING: [OrderStatus.SHIPPED, OrderStatus.REFUNDING],
  SHIPPED: [OrderStatus.DELIVERED],
  DELIVERED: [],
  EXPIRED: [],
  CANCELLED: [],
  REFUNDING: [OrderStatus.REFUNDED],
  REFUNDED: [],
};

/**
 * Changes one order's status and writes its timeline.
 *
 * @throws Error when the table does not allow the change, or the order is no longer in `from`: the caller holds
 * its row, so that is a mistake in the code and nothing of the transaction may stand.
 */
export function changeStatus(
  tx: Transaction,
  orderId: string,
  from: OrderStatus,
  to: OrderStatus,
  reason: string | null = null,
): Promise<void> {
  return changeStatuses(tx, [orderId], from, to, reason);
}

/** As {@link changeStatus}, of many orders whose rows the caller holds: two statements, however many there are. */
export async function changeStatuses(
  tx: Transaction,
  orderIds: readonly string[],
  from: OrderStatus,
  to: OrderStatus,
  reason: string | null = null,
): Promise<void> {
  if (!ALLOWED[from].includes(to)) throw new Error(`an order never goes from ${from} to ${to}`);
  const changed = await tx.run(
    'UPDATE orders SET status = $3, updated_at = now() WHERE id = ANY($1) AND status = $2',
    [orderIds, from, to],
  );
  if (changed !== orderIds.length) {
    throw new Error(`${changed} of ${orderIds.length} orders, ${String(orderIds[0])} first, are ${from}`);
  }
  await tx.run(
    'INSERT INTO order_event (order_id, status, reason) SELECT id, $2, $3 FROM unnest($1::uuid[]) AS id',
    [orderIds, to, reason],
  );
  for (const id of orderIds) {
    orderChanges.note(tx, id);
    orderSteps.note(tx, to);
  }
}

/** The first line of an order's timeline. */
export async function recordEvent(
  tx: Transaction,
  orderId: string,
  status: OrderStatus,
  reason: string | null = null,
): Promise<void> {
  await tx.run('INSERT INTO order_event (order_id, status, reason) VALUES ($1, $2, $3)', [
    orderId,
    status,
    reason,
  ]);
  orderSteps.note(tx, status);
}
