import { orderCancelled } from '@stampede/shared/messages';
import { unanswered, type Reminder } from '@stampede/shared/messaging';
import { sayCancelled } from '../cancellation/cancel-paid-order.js';
import { ORDER_COLUMNS, readLines, type OrderRow } from '../order-row.js';

const BATCH = 100;

/** An order that ended after catalog had committed its stock, and whose units catalog has not taken back. */
export const remindOfCancelled: Reminder = {
  event: orderCancelled.name,
  remind: async (tx) => {
    const orders = await tx.query<OrderRow & { why: string | null }>(
      `UPDATE orders SET reminded_at = now() WHERE id = ANY(ARRAY(SELECT id FROM orders
         WHERE returning_since IS NOT NULL AND ${unanswered('returning_since', 'reminded_at')}
         ORDER BY returning_since LIMIT ${BATCH} FOR UPDATE SKIP LOCKED))
       RETURNING ${ORDER_COLUMNS}, (SELECT reason FROM order_event WHERE order_id = orders.id ORDER BY order_event.id DESC LIMIT 1) AS why`,
    );
    const lines = await readLines(
      tx,
      orders.map(({ id }) => id),
    );
    for (const order of orders) {
      const ofOrder = lines.filter(({ order_id }) => order_id === order.id);
      await sayCancelled(tx, order, ofOrder, order.why ?? 'STOCK_NOT_RETURNED');
    }
    return orders.length;
  },
};
