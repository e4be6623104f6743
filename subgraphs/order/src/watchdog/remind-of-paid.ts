import { orderPaid } from '@stampede/shared/messages';
import { unanswered, type Reminder } from '@stampede/shared/messaging';
import { ORDER_COLUMNS, readLines, type OrderRow } from '../order-row.js';
import { sayPaid } from '../payment-outcome/say-paid.js';

const BATCH = 100;

/**
 * A PAID order that catalog has not answered, whether its cancelling is recorded or not: catalog says again whether
 * the stock is committed.
 */
export const remindOfPaid: Reminder = {
  event: orderPaid.name,
  remind: async (tx) => {
    const orders = await tx.query<OrderRow>(
      `UPDATE orders SET reminded_at = now() WHERE id = ANY(ARRAY(SELECT id FROM orders
         WHERE status = 'PAID' AND ${unanswered('paid_at', 'reminded_at')}
         ORDER BY paid_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)) RETURNING ${ORDER_COLUMNS}`,
    );
    const lines = await readLines(
      tx,
      orders.map(({ id }) => id),
    );
    for (const order of orders) {
      await sayPaid(
        tx,
        order,
        lines.filter(({ order_id }) => order_id === order.id),
      );
    }
    return orders.length;
  },
};
