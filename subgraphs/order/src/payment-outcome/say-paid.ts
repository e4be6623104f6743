import type { Transaction } from '@stampede/shared/database';
import { orderPaid, type OrderPaid } from '@stampede/shared/messages';
import { appendToOutbox } from '@stampede/shared/messaging';
import { heldLines, type LineRow, type OrderRow } from '../order-row.js';

/** Tells that the order is paid: catalog commits its stock, payment knows that the money was awaited. */
export const sayPaid = (tx: Transaction, order: OrderRow, lines: readonly LineRow[]) =>
  appendToOutbox(tx, orderPaid, paidOf(order, order.paid_payment_id as string, lines));

/** What is told of an order that this payment has paid. */
export const paidOf = (order: OrderRow, paymentId: string, lines: readonly LineRow[]): OrderPaid => ({
  orderId: order.id,
  buyerId: order.buyer_id,
  paymentId,
  lines: heldLines(lines),
});
