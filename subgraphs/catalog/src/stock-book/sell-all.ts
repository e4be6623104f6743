import type { Transaction } from '@stampede/shared/database';
import { appendHoldEffects, lockStocks } from '@stampede/shared/inventory';
import { stockCommitted, type HeldLine, type OrderPaid } from '@stampede/shared/messages';
import { appendEachToOutbox, OneByOne, type Told } from '@stampede/shared/messaging';

/**
 * Several orders that catalog knows nothing of, with units enough for all of them: COMMITTED, stock.committed. A
 * product's row is written once for all, under the same guard sold + n ≤ total, and before the orders' rows, as it is
 * for an order by itself: another replica may have one of these orders in hand.
 *
 * @throws OneByOne where an order is known, or the units do not reach: who comes first is then served first.
 */
export async function sellAll(tx: Transaction, messages: readonly Told<OrderPaid>[]): Promise<void> {
  const lines = messages.flatMap(({ body }) => body.lines.map((line) => ({ ...line, order: body.orderId })));
  await lockStocks(tx, new Set(lines.map(({ productId }) => productId)));
  const epochs = await raiseSold(tx, lines);
  await insertOrders(tx, messages, lines);
  await appendHoldEffects(
    tx,
    lines.map(({ productId, order, epoch, serial }) => ({
      kind: 'commit' as const,
      productId,
      epoch: epochs.get(productId)!,
      orderId: order,
      hold: { epoch, serial },
    })),
  );
  const told = messages.map(({ body: { orderId }, meta: { requestId, traceparent } }) => ({
    body: { orderId },
    requestId,
    traceparent,
  }));
  await appendEachToOutbox(tx, stockCommitted, told);
}

type SoldLine = HeldLine & { order: string };

/** Their rows, in the order of their ids. An order that stands there already, in whatever status, is not ordinary. */
async function insertOrders(
  tx: Transaction,
  messages: readonly Told<OrderPaid>[],
  lines: readonly SoldLine[],
): Promise<void> {
  const inserted = await tx.run(
    `INSERT INTO stock_order (order_id, buyer_id, status)
     SELECT order_id, buyer_id, 'COMMITTED' FROM unnest($1::uuid[], $2::uuid[]) AS paid (order_id, buyer_id)
     ORDER BY order_id ON CONFLICT DO NOTHING`,
    [messages.map(({ body }) => body.orderId), messages.map(({ body }) => body.buyerId)],
  );
  if (inserted !== messages.length) throw new OneByOne('an order is known already');
  await tx.run(
    `INSERT INTO stock_order_line (order_id, product_id, quantity, hold_epoch, hold_serial)
     SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::bigint[], $5::bigint[])`,
    [
      lines.map(({ order }) => order),
      lines.map(({ productId }) => productId),
      lines.map(({ quantity }) => quantity),
      lines.map(({ epoch }) => epoch),
      lines.map(({ serial }) => serial),
    ],
  );
}

/** In the order of their ids, one product after the other, as every basket does. */
async function raiseSold(tx: Transaction, lines: readonly SoldLine[]): Promise<Map<string, number>> {
  const epochs = new Map<string, number>();
  const wanted = new Map<string, number>();
  for (const { productId, quantity } of lines) {
    wanted.set(productId, (wanted.get(productId) ?? 0) + quantity);
  }
  for (const [productId, units] of [...wanted].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const [row] = await tx.query<{ epoch: number }>(
      'UPDATE product SET sold = sold + $2 WHERE id = $1 AND sold + $2 <= total RETURNING epoch',
      [productId, units],
    );
    if (!row) throw new OneByOne('the units do not reach for all');
    epochs.set(productId, row.epoch);
  }
  return epochs;
}
