import { stockReturned } from '@stampede/shared/messages';
import { on, type Handler } from '@stampede/shared/messaging';

/**
 * Catalog has unsold what an order had bought.
 *
 * | order | what stock.returned does |
 * |---|---|
 * | whose units are awaited | noted: order.cancelled need not be told again |
 * | noted before; any other; no such order | already so |
 */
export const onStockReturned: Handler = on(stockReturned, async (tx, { orderId }) => {
  await tx.run('UPDATE orders SET returning_since = NULL WHERE id = $1 AND returning_since IS NOT NULL', [
    orderId,
  ]);
});
