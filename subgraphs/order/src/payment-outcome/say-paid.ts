import type { Transaction } from '@stampede/shared/database';
import { orderPaid } from '@stampede/shared/messages';
import { appendToOutbox } from '@stampede/shared/messaging';
import { heldLines, type LineRow, type OrderRow } from '../order-row.js';

/** Tells that the order is paid: catalog commits its stock, payment knows that the money was awaited. */
export const sayPaid = (tx: Transaction, order: OrderRow, lines: readonly LineRow[]) =>
  appendToOutbox(tx, orderPaid, {
    orderId: order.id,
    buyerId: order.buyer_id,
    paymentId: order.paid_payment_id as string,
    lines: heldLines(lines),
  });
