import type { Transaction } from '@stampede/shared/database';
import { appendStockEffect } from '@stampede/shared/inventory';
import {
  orderPaid,
  stockCommitted,
  stockRejected,
  type HeldLine,
  type OrderPaid,
} from '@stampede/shared/messages';
import { appendToOutbox, on, type Handler } from '@stampede/shared/messaging';
import { sellAll } from './sell-all.js';
import { inLockOrder, insertOrder, lockOrder } from './stock-order.js';

/**
 * Sells a paid order's units in the book of stock: all of its lines, or none.
 *
 * | what catalog knows of the order | what order.paid does |
 * |---|---|
 * | nothing | COMMITTED and stock.committed, or REJECTED and stock.rejected |
 * | COMMITTED, REJECTED | already so: says it again, for whoever asks again |
 * | RETURNED, CANCELLED | already ended: nothing is sold; says stock.rejected |
 */
export const onOrderPaid: Handler = on(
  orderPaid,
  async (tx, order) => {
    const { orderId } = order;
    const known = await lockOrder(tx, orderId, order.lines);
    switch (known) {
      case undefined:
        return decide(tx, order);
      case 'COMMITTED':
        return appendToOutbox(tx, stockCommitted, { orderId });
      case 'REJECTED':
        return appendToOutbox(tx, stockRejected, { orderId, reason: 'NO_UNITS_LEFT' });
      case 'RETURNED':
      case 'CANCELLED':
        return appendToOutbox(tx, stockRejected, { orderId, reason: 'ORDER_ENDED' });
      default:
        throw new Error(`an order of catalog is ${String(known satisfies never)}`);
    }
  },
  sellAll,
);

async function decide(tx: Transaction, order: OrderPaid): Promise<void> {
  const { orderId } = order;
  const epochs = await sell(tx, order.lines);
  if (!epochs) {
    await insertOrder(tx, order, 'REJECTED');
    return appendToOutbox(tx, stockRejected, { orderId, reason: 'NO_UNITS_LEFT' });
  }
  await insertOrder(tx, order, 'COMMITTED');
  for (const { productId, epoch, serial } of order.lines) {
    const effectEpoch = epochs.get(productId) as number;
    await appendStockEffect(tx, {
      kind: 'commit',
      productId,
      epoch: effectEpoch,
      orderId,
      hold: { epoch, serial },
    });
  }
  return appendToOutbox(tx, stockCommitted, { orderId });
}

/** Raises `sold` of every line, under the guard sold + n ≤ total; undefined, and nothing raised, when one fails. */
async function sell(tx: Transaction, lines: readonly HeldLine[]): Promise<Map<string, number> | undefined> {
  const epochs = new Map<string, number>();
  for (const { productId, quantity } of inLockOrder(lines)) {
    const [row] = await tx.query<{ epoch: number }>(
      'UPDATE product SET sold = sold + $2 WHERE id = $1 AND sold + $2 <= total RETURNING epoch',
      [productId, quantity],
    );
    if (!row) {
      await unsell(
        tx,
        lines.filter((line) => epochs.has(line.productId)),
      );
      return undefined;
    }
    epochs.set(productId, row.epoch);
  }
  return epochs;
}

/** Lowers `sold` again; gives the epoch in which each product's units came back. */
export async function unsell(tx: Transaction, lines: readonly HeldLine[]): Promise<Map<string, number>> {
  const epochs = new Map<string, number>();
  for (const { productId, quantity } of inLockOrder(lines)) {
    const [row] = await tx.query<{ epoch: number }>(
      'UPDATE product SET sold = sold - $2 WHERE id = $1 RETURNING epoch',
      [productId, quantity],
    );
    if (!row) throw new Error(`product ${productId} of a committed order is gone`);
    epochs.set(productId, row.epoch);
  }
  return epochs;
}
