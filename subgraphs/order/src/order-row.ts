import { columnsOf, type Sql, type Transaction } from '@stampede/shared/database';
import { lockStock } from '@stampede/shared/inventory';
import type { HeldLine, RefundPolicyTerms } from '@stampede/shared/messages';
import type { OrderStatus } from './order-status.js';

/** The table `orders`, as PostgreSQL gives it. */
export interface OrderRow {
  id: string;
  number: number;
  buyer_id: string;
  digest: string;
  status: OrderStatus;
  total: number;
  pay_by: Date;
  deciding_payment_id: string | null;
  deciding_attempt: number | null;
  paid_payment_id: string | null;
  cancel_requested_at: Date | null;
  cancel_reason: string | null;
  placed_at: Date;
}

/**
 * What is read of an order. Never `*`: a statement that is prepared fails once on each connection when a migration has
 * added a column to what it returns.
 */
export const ORDER_COLUMNS = columnsOf<OrderRow>('orders', {
  id: true,
  number: true,
  buyer_id: true,
  digest: true,
  status: true,
  total: true,
  pay_by: true,
  deciding_payment_id: true,
  deciding_attempt: true,
  paid_payment_id: true,
  cancel_requested_at: true,
  cancel_reason: true,
  placed_at: true,
});

/** The table `order_line`, with the name of its hold. */
export interface LineRow {
  order_id: string;
  product_id: string;
  quantity: number;
  unit_price: number;
  product_name: string;
  seller_id: string;
  refund_policy: RefundPolicyTerms;
  epoch: number;
  serial: number;
}

const LINE_COLUMNS = columnsOf<Omit<LineRow, 'epoch' | 'serial'>>('line', {
  order_id: true,
  product_id: true,
  quantity: true,
  unit_price: true,
  product_name: true,
  seller_id: true,
  refund_policy: true,
});

/** The lines of some orders, in the order in which locks are taken. Lines never change once placed. */
export function readLines(sql: Sql, orderIds: readonly string[]): Promise<LineRow[]> {
  return sql.query<LineRow>(
    `SELECT ${LINE_COLUMNS}, hold.epoch, hold.serial
     FROM order_line line JOIN hold ON hold.order_id = line.order_id AND hold.product_id = line.product_id
     WHERE line.order_id = ANY($1) AND hold.state = 'PLACED' ORDER BY line.product_id`,
    [orderIds],
  );
}

/** Lines as messages carry them. */
export const heldLines = (lines: readonly LineRow[]): HeldLine[] =>
  lines.map(({ product_id, quantity, epoch, serial }) => ({
    productId: product_id,
    quantity,
    epoch,
    serial,
  }));

/** Takes an order's row for a decision that leaves its stock alone; undefined when there is no such order. */
export async function lockOrder(tx: Transaction, orderId: string): Promise<OrderRow | undefined> {
  const [row] = await tx.query<OrderRow>(`SELECT ${ORDER_COLUMNS} FROM orders WHERE id = $1 FOR UPDATE`, [
    orderId,
  ]);
  return row;
}

/**
 * As {@link lockOrder}, of several, in the order of their ids: two who take some of the same wait for one another, and
 * never in a circle.
 */
export const lockOrders = (tx: Transaction, orderIds: readonly string[]): Promise<OrderRow[]> =>
  tx.query<OrderRow>(
    `SELECT ${ORDER_COLUMNS} FROM orders WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE`,
    [orderIds],
  );

/**
 * Takes an order for a decision that may touch its stock: the stock locks of its products first, then its row,
 * so that nobody waits for a rebuild while holding a row.
 */
export async function lockOrderAndStock(
  tx: Transaction,
  orderId: string,
): Promise<{ order: OrderRow; lines: LineRow[] } | undefined> {
  const lines = await readLines(tx, [orderId]);
  for (const { product_id } of lines) await lockStock(tx, product_id);
  const order = await lockOrder(tx, orderId);
  return order && { order, lines };
}
