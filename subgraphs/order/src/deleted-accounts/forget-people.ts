import type { Transaction } from '@stampede/shared/database';
import { codeOf } from '../cancellation/reason-code.js';
import { deleteCartLines } from '../cart/delete-cart-lines.js';
import { IS_GOODS_SQL } from '../delivery/goods.js';

/**
 * Whether an order of the table `orders` needs its address no more: it has ended, or is of tickets alone, of which
 * nothing is sent. Tickets stay CONFIRMED for good.
 */
export const NOTHING_TO_SEND = `(orders.status IN ('DELIVERED', 'EXPIRED', 'CANCELLED', 'REFUNDED')
  OR (orders.status = 'CONFIRMED' AND NOT EXISTS (
    SELECT FROM order_line WHERE order_id = orders.id AND ${IS_GOODS_SQL})))`;

/**
 * Erases what says who the buyers of these accounts were: what they meant to buy, where parcels of theirs went that
 * no longer go anywhere, with the digest by which a guess of that could be confirmed, and what somebody wrote in their
 * own words about their orders. Does nothing twice.
 */
export async function forgetPeople(tx: Transaction, accountIds: readonly string[]): Promise<void> {
  await deleteCartLines(tx, accountIds);
  await tx.run(
    `DELETE FROM shipping_address USING orders
      WHERE shipping_address.id = orders.id AND orders.buyer_id = ANY($1) AND ${NOTHING_TO_SEND}`,
    [accountIds],
  );
  await tx.run(
    `UPDATE orders SET digest = '' WHERE buyer_id = ANY($1) AND digest <> '' AND ${NOTHING_TO_SEND}`,
    [accountIds],
  );
  await forgetWords(tx, accountIds);
}

/** Of why orders were cancelled only codes are left. */
async function forgetWords(tx: Transaction, accountIds: readonly string[]): Promise<void> {
  const given = await tx.query<{ reason: string }>(
    `SELECT cancel_reason AS reason FROM orders WHERE buyer_id = ANY($1) AND cancel_reason IS NOT NULL
     UNION SELECT reason FROM order_event JOIN orders ON orders.id = order_id
      WHERE buyer_id = ANY($1) AND reason IS NOT NULL`,
    [accountIds],
  );
  const words = given.map(({ reason }) => reason).filter((reason) => codeOf(reason) !== reason);
  if (words.length === 0) return;
  await tx.run(
    `UPDATE orders SET cancel_reason = 'STATED' WHERE buyer_id = ANY($1) AND cancel_reason = ANY($2)`,
    [accountIds, words],
  );
  await tx.run(
    `UPDATE order_event SET reason = 'STATED' FROM orders
      WHERE orders.id = order_id AND buyer_id = ANY($1) AND reason = ANY($2)`,
    [accountIds, words],
  );
}
