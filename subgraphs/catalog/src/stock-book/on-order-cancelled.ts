import { appendStockEffect } from '@stampede/shared/inventory';
import { orderCancelled, stockReturned } from '@stampede/shared/messages';
import { appendToOutbox, on, type Handler } from '@stampede/shared/messaging';
import { unsell } from './on-order-paid.js';
import { insertOrder, lockOrder } from './stock-order.js';

/**
 * Takes a cancelled order's units back into the book of stock.
 *
 * | what catalog knows of the order | what order.cancelled does |
 * |---|---|
 * | nothing | CANCELLED: a tombstone, so that an order.paid that comes later sells nothing |
 * | COMMITTED | RETURNED: unsold, and stock.returned |
 * | RETURNED | already so: says stock.returned again |
 * | REJECTED, CANCELLED | already so: nothing was sold |
 */
export const onOrderCancelled: Handler = on(orderCancelled, async (tx, order) => {
  const { orderId, lines } = order;
  const known = await lockOrder(tx, orderId, lines);
  switch (known) {
    case undefined:
      return insertOrder(tx, order, 'CANCELLED');
    case 'COMMITTED': {
      const epochs = await unsell(tx, lines);
      await tx.run(`UPDATE stock_order SET status = 'RETURNED', updated_at = now() WHERE order_id = $1`, [
        orderId,
      ]);
      for (const { productId, epoch, serial } of lines) {
        const effectEpoch = epochs.get(productId) as number;
        await appendStockEffect(tx, {
          kind: 'return',
          productId,
          epoch: effectEpoch,
          orderId,
          hold: { epoch, serial },
        });
      }
      return appendToOutbox(tx, stockReturned, { orderId, lines });
    }
    case 'RETURNED':
      return appendToOutbox(tx, stockReturned, { orderId, lines });
    case 'REJECTED':
    case 'CANCELLED':
      return undefined;
    default:
      throw new Error(`an order of catalog is ${String(known satisfies never)}`);
  }
});
