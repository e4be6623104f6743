import type { Transaction } from '@stampede/shared/database';
import type { RefundPolicyTerms } from '@stampede/shared/messages';

/** What has a day of use is a ticket, which nobody carries anywhere. */
export const isGoods = ({ refund_policy }: { refund_policy: Pick<RefundPolicyTerms, 'usedOn'> }): boolean =>
  refund_policy.usedOn == null;

/** As {@link isGoods}, of a row of the table `order_line`. */
export const IS_GOODS_SQL = `order_line.refund_policy->>'usedOn' IS NULL`;

/** Starts the wait for an order's delivery, now that it is CONFIRMED; one of tickets alone has nothing to wait for. */
export async function awaitDelivery(
  tx: Transaction,
  orderId: string,
  lines: readonly { refund_policy: RefundPolicyTerms }[],
): Promise<void> {
  if (!lines.some(isGoods)) return;
  await awaitDeliveries(tx, [orderId]);
}

/** As {@link awaitDelivery}, of orders with goods in them. */
export async function awaitDeliveries(tx: Transaction, orderIds: readonly string[]): Promise<void> {
  if (orderIds.length === 0) return;
  await tx.run('UPDATE orders SET delivery_since = now() WHERE id = ANY($1::uuid[])', [orderIds]);
}
