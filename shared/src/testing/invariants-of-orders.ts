import type { Check } from './finding.js';
import { SOLD_STATUSES, STATUS_CHANGES } from './order-statuses.js';

const text = (value: string | null) => (value === null ? 'NULL' : `'${value}'`);
const CHANGES = STATUS_CHANGES.map(([from, to]) => `(${text(from)}, ${text(to)})`).join(', ');
const SOLD = SOLD_STATUSES.map(text).join(', ');

/** What is always true of orders, from the cart to the parcel. */
export const CHECKS_OF_ORDERS: Check[] = [
  [
    4,
    'order',
    'a timeline begins with PENDING_PAYMENT, and has only changes that are allowed',
    `SELECT format('order %s went from %s to %s', order_id, coalesce(before, 'nothing'), status) AS violation FROM (
       SELECT order_id, status, lag(status) OVER (PARTITION BY order_id ORDER BY id) AS before FROM order_event) step
     WHERE NOT EXISTS (SELECT 1 FROM (VALUES ${CHANGES}) AS allowed (before, after)
       WHERE allowed.before IS NOT DISTINCT FROM step.before AND allowed.after = step.status)`,
  ],
  [
    4,
    'order',
    'a timeline ends with the status of its order',
    `SELECT format('order %s is %s, its timeline ends with %s', id, status, coalesce(last, 'nothing')) AS violation
     FROM (SELECT orders.id, status, (SELECT order_event.status FROM order_event WHERE order_id = orders.id
       ORDER BY order_event.id DESC LIMIT 1) AS last FROM orders) told WHERE last IS DISTINCT FROM status`,
  ],
  [
    4,
    'order',
    'no order has expired before its time was up',
    `SELECT format('order %s expired at %s, its time was until %s', orders.id, at, pay_by) AS violation
     FROM orders JOIN order_event ON order_id = orders.id AND order_event.status = 'EXPIRED' WHERE at < pay_by`,
  ],
  [
    1,
    'order',
    'every line of an order has one hold that was placed for it, and there are no others',
    `SELECT format('order %s, product %s: %s', coalesce(line.order_id, hold.order_id),
       coalesce(line.product_id, hold.product_id), CASE WHEN hold.order_id IS NULL THEN 'no hold' ELSE 'no line' END) AS violation
     FROM order_line line
     FULL JOIN (SELECT * FROM hold WHERE state = 'PLACED') hold USING (order_id, product_id)
     WHERE hold.state IS NULL OR line.quantity IS NULL`,
  ],
  [
    2,
    'order',
    'a cart has 20 lines at most',
    `SELECT format('buyer %s has %s lines in the cart', buyer_id, count(*)) AS violation FROM cart_line
     GROUP BY buyer_id HAVING count(*) > 20`,
  ],
  [
    3,
    'order',
    'an order costs what its lines cost together',
    `SELECT format('order %s costs %s, its lines %s', id, total, costs) AS violation FROM (
       SELECT orders.id, total, (SELECT coalesce(sum(quantity * unit_price), 0) FROM order_line
         WHERE order_id = orders.id) AS costs FROM orders) counted
     WHERE total <> costs`,
  ],
  [
    3,
    'order',
    'what paid an order is given back once: whole when CANCELLED, at most whole when REFUNDED, not at all otherwise',
    `SELECT format('order %s of %s is %s, given back of its payment: %s in %s', id, total, status, amount, times) AS violation
     FROM (SELECT orders.id, total, status, count(refund.key) AS times, coalesce(sum(refund.amount), 0) AS amount
       FROM orders LEFT JOIN refund ON order_id = orders.id AND payment_id = paid_payment_id
       WHERE paid_payment_id IS NOT NULL GROUP BY orders.id) given
     WHERE CASE status
       WHEN 'CANCELLED' THEN times <> 1 OR amount <> total
       WHEN 'REFUNDING' THEN times <> 1 OR amount > total
       WHEN 'REFUNDED' THEN times <> 1 OR amount > total
       ELSE times <> 0 END`,
  ],
  [
    3,
    'order',
    'what order has asked to be given back is what payment gave back',
    `SELECT format('refund %s of %s, done %s: payment has %s, done %s', key, asked.amount,
       asked.refunded_at IS NOT NULL, given.amount, given.refunded_at IS NOT NULL) AS violation
     FROM refund asked LEFT JOIN payment.refund given USING (key)
     WHERE asked.amount IS DISTINCT FROM given.amount OR asked.payment_id IS DISTINCT FROM given.payment_id
       OR (asked.refunded_at IS NULL) <> (given.refunded_at IS NULL)`,
  ],
  [
    4,
    'order',
    'parcels are of the orders that are SHIPPED or DELIVERED, and have arrived when those are DELIVERED',
    `SELECT format('order %s is %s, its parcel %s', id, status, parcel) AS violation FROM (
       SELECT orders.id, status, CASE WHEN order_id IS NULL THEN 'not there' WHEN delivered_at IS NULL THEN 'on its way'
         ELSE 'there' END AS parcel FROM orders LEFT JOIN delivery ON order_id = orders.id) sent
     WHERE parcel <> CASE status WHEN 'SHIPPED' THEN 'on its way' WHEN 'DELIVERED' THEN 'there' ELSE 'not there' END`,
  ],
  [
    4,
    'order',
    'what is confirmed and has goods in it waits for its delivery; nothing else does, and tickets alone go no further',
    `SELECT format('order %s is %s, with goods: %s, waits since %s', id, status, goods, coalesce(delivery_since::text, 'never')) AS violation
     FROM (SELECT *, EXISTS (SELECT FROM order_line WHERE order_id = orders.id AND refund_policy->>'usedOn' IS NULL) AS goods
       FROM orders WHERE status IN ('PENDING_PAYMENT', 'PAID', 'EXPIRED', ${SOLD})) known
     WHERE (delivery_since IS NOT NULL) <> (goods AND status IN (${SOLD}))
       OR (NOT goods AND status IN ('PREPARING', 'SHIPPED', 'DELIVERED'))`,
  ],
];
