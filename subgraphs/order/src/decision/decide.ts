import type { Database } from '@stampede/shared/database';
import { within } from '@stampede/shared/background';
import { passing } from '@stampede/shared/crash-points';
import { isUnavailable } from '@stampede/shared/errors';
import { ORDER_COLUMNS, readLines, type OrderRow } from '../order-row.js';
import { OrderStatus } from '../order-status.js';
import type { OrderToPay } from './decision.entity.js';

/** What is owed for an order; null when there is none. */
export async function readOrderToPay(database: Database, orderId: string): Promise<OrderToPay | null> {
  const [order] = await database.query<OrderRow>(`SELECT ${ORDER_COLUMNS} FROM orders WHERE id = $1`, [
    orderId,
  ]);
  if (!order) return null;
  const lines = await readLines(database, [orderId]);
  const [first] = lines;
  const rest = lines.length > 1 ? ` + ${lines.length - 1}` : '';
  return {
    buyerId: order.buyer_id,
    status: order.status,
    total: order.total,
    payBy: order.pay_by,
    itemName: `${first?.product_name ?? ''}${rest}`,
    quantity: lines.reduce((sum, { quantity }) => sum + quantity, 0),
    payable:
      order.status === OrderStatus.PENDING_PAYMENT &&
      order.deciding_payment_id === null &&
      order.pay_by.getTime() > Date.now(),
  };
}

export interface Deciding {
  orderId: string;
  paymentId: string;
  attempt: number;
  amount: number;
}

/**
 * Marks that a payment is being decided: until the mark is cleared, the order neither expires nor is cancelled,
 * and no other payment is sent to its provider. A payment may renew its own mark after `payBy`: the mark itself
 * has kept the order. Payment says the amount that the provider is about to take, in won: any other than the order's
 * total marks nothing.
 *
 * @returns false when the order is not payable by this payment.
 */
export async function markDeciding(
  database: Database,
  { orderId, paymentId, attempt, amount }: Deciding,
): Promise<boolean> {
  const marked = await passing('mark-deciding', 'commit', () =>
    database.run(
      `UPDATE orders SET deciding_payment_id = $2, deciding_attempt = greatest(deciding_attempt, $3),
       deciding_since = coalesce(deciding_since, now()), updated_at = now()
     WHERE id = $1 AND status = 'PENDING_PAYMENT' AND total = $4
       AND (deciding_payment_id = $2 OR (deciding_payment_id IS NULL AND pay_by > now()))`,
      [orderId, paymentId, attempt, amount],
    ),
  );
  return marked === 1;
}

/** Less than payment waits for the answer to all of them. */
const PATIENCE_MS = 1_500;

/** Null while the database is away: what could be marked stands, and its payment is told so. */
const byItself = (database: Database, mark: Deciding): Promise<boolean | null> =>
  markDeciding(database, mark).catch((error: unknown) => {
    if (isUnavailable(error)) return null;
    throw error;
  });

/** Which of these marks could be made at once: rows that somebody else holds are left to {@link markDeciding}. */
const MARK_ALL = `
  WITH mark AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::bigint[])
      WITH ORDINALITY AS mark (order_id, payment_id, attempt, amount, number)),
  free AS (SELECT id FROM orders WHERE id = ANY($1) ORDER BY id FOR UPDATE SKIP LOCKED)
  UPDATE orders SET deciding_payment_id = mark.payment_id, deciding_since = coalesce(deciding_since, now()),
    deciding_attempt = greatest(deciding_attempt, mark.attempt), updated_at = now()
  FROM mark JOIN free ON free.id = mark.order_id
  WHERE orders.id = mark.order_id AND status = 'PENDING_PAYMENT' AND total = mark.amount
    AND (deciding_payment_id = mark.payment_id OR (deciding_payment_id IS NULL AND pay_by > now()))
  RETURNING mark.number`;

/**
 * As {@link markDeciding}, of several in one statement. What that does not mark, of which there may be two of one order,
 * is decided by itself, so that nobody waits for another's order.
 *
 * @returns an answer to each, in their order; null for one of whose order nobody can say in time
 */
export async function markAllDeciding(
  database: Database,
  marks: readonly Deciding[],
): Promise<(boolean | null)[]> {
  if (marks.length === 1) return Promise.all(marks.map((mark) => markDeciding(database, mark)));
  const rows = await passing('mark-deciding', 'commit', () =>
    database.query<{ number: number }>(MARK_ALL, [
      marks.map(({ orderId }) => orderId),
      marks.map(({ paymentId }) => paymentId),
      marks.map(({ attempt }) => attempt),
      marks.map(({ amount }) => amount),
    ]),
  );
  const marked = new Set(rows.map(({ number }) => number));
  return Promise.all(
    marks.map(
      async (mark, index) =>
        marked.has(index + 1) || within(PATIENCE_MS, byItself(database, mark), () => null),
    ),
  );
}
