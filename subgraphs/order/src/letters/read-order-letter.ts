import type { Sql } from '@stampede/shared/database';
import { isUuid } from '@stampede/shared/graphql';
import { DEFAULT_TIME_ZONE } from '@stampede/shared/messages';
import { codeOf } from '../cancellation/reason-code.js';
import { orderNumberOf } from '../order-number.js';
import type { OrderLetter } from './order-letter.entity.js';

/** One statement, so that the status and the refunds are of one moment. Times come as JSON has them. */
const FIND = `SELECT buyer_id AS "buyerId", number, status, total, paid_payment_id IS NOT NULL AS paid,
       pay_by AS "payBy",
       (SELECT json_agg(json_build_object('name', product_name, 'quantity', quantity,
                 'subtotal', quantity * unit_price, 'usedOn', refund_policy->>'usedOn',
                 'timeZone', coalesce(refund_policy->>'timeZone', $2)) ORDER BY product_name, product_id)
          FROM order_line WHERE order_id = orders.id) AS lines,
       (SELECT reason FROM order_event
         WHERE order_id = orders.id AND order_event.status IN ('CANCELLED', 'REFUNDING')
         ORDER BY order_event.id LIMIT 1) AS "cancelledFor",
       coalesce((SELECT json_agg(json_build_object('key', key, 'amount', amount,
                   'ofOrder', payment_id IS NOT DISTINCT FROM paid_payment_id, 'done', refunded_at IS NOT NULL)
                   ORDER BY requested_at, key)
                 FROM refund WHERE order_id = orders.id), '[]') AS refunds,
       (SELECT json_build_object('carrier', carrier, 'trackingNumber', tracking_number, 'revision', revision)
          FROM delivery WHERE order_id = orders.id) AS delivery
  FROM orders WHERE id = $1`;

/**
 * What a letter may say of an order: nothing of where it is sent, and of why it was cancelled the code alone, since
 * what a person wrote stays in this service. Null of an order that is not there.
 */
export async function readOrderLetter(sql: Sql, orderId: string): Promise<OrderLetter | null> {
  if (!isUuid(orderId)) return null;
  const [order] = await sql.query<Omit<OrderLetter, 'number'> & { number: number }>(FIND, [
    orderId,
    DEFAULT_TIME_ZONE,
  ]);
  if (!order) return null;
  const { cancelledFor } = order;
  return {
    ...order,
    number: orderNumberOf(order.number),
    cancelledFor: cancelledFor === null ? null : codeOf(cancelledFor),
  };
}
