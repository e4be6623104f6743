import type { Database, Transaction } from '@stampede/shared/database';
import { badInput, forbidden, notFound } from '@stampede/shared/errors';
import { orderShipped } from '@stampede/shared/messages';
import { appendToOutbox } from '@stampede/shared/messaging';
import { orderChanges } from '../order-changes.js';
import { lockOrder, readLines, type LineRow, type OrderRow } from '../order-row.js';
import { changeStatus, OrderStatus } from '../order-status.js';
import { isGoods } from './goods.js';
import { handOver, type Parcel } from './hand-over.js';

/** Who ships: `SELLER` may ship what they alone have sold. */
export interface Shipper {
  userId: string;
  role: 'SELLER' | 'OPERATOR';
}

/**
 * Notes that an order's goods are with a carrier.
 *
 * | order | what happens |
 * |---|---|
 * | CONFIRMED | PREPARING, SHIPPED, order.shipped |
 * | PREPARING | SHIPPED, order.shipped |
 * | SHIPPED, DELIVERED, by this carrier and number | already so |
 * | SHIPPED, by others | corrected; order.shipped once more, so that the buyer learns of it |
 * | DELIVERED, by others; any other; one of tickets alone | BAD_USER_INPUT |
 *
 * @returns the order as it stands then.
 * @throws NOT_FOUND when there is no such order, or nothing in it is the seller's; FORBIDDEN when some of its goods
 * are others': one delivery stands for all of them; BAD_USER_INPUT
 */
export function shipOrder(
  database: Database,
  orderId: string,
  parcel: Parcel,
  by: Shipper,
): Promise<OrderRow> {
  return database.transaction('ship-order', async (tx) => {
    const order = await lockOrder(tx, orderId);
    if (!order) throw notFound('order');
    const goods = goodsOf(await readLines(tx, [orderId]), by);
    if (goods.length === 0) throw cannot('has nothing to ship: it is of tickets alone.');
    switch (order.status) {
      case OrderStatus.CONFIRMED:
        await changeStatus(tx, orderId, OrderStatus.CONFIRMED, OrderStatus.PREPARING, by.role);
        return ship(tx, order, parcel, by);
      case OrderStatus.PREPARING:
        return ship(tx, order, parcel, by);
      case OrderStatus.SHIPPED:
        return correct(tx, order, parcel);
      case OrderStatus.DELIVERED:
        if (!isSame(await readParcel(tx, orderId), parcel)) throw cannot('has been delivered.');
        return order;
      case OrderStatus.PENDING_PAYMENT:
      case OrderStatus.PAID:
        throw cannot('is not confirmed yet.');
      case OrderStatus.EXPIRED:
      case OrderStatus.CANCELLED:
      case OrderStatus.REFUNDING:
      case OrderStatus.REFUNDED:
        throw cannot('has ended.');
      default:
        return order.status satisfies never;
    }
  });
}

function goodsOf(lines: readonly LineRow[], { userId, role }: Shipper): LineRow[] {
  const isOurs = ({ seller_id }: LineRow) => role === 'OPERATOR' || seller_id === userId;
  if (!lines.some(isOurs)) throw notFound('order');
  const goods = lines.filter(isGoods);
  if (!goods.every(isOurs)) throw forbidden('It holds goods of another seller: an operator ships it.');
  return goods;
}

const cannot = (message: string) => badInput({ path: 'id', message });

async function ship(tx: Transaction, order: OrderRow, parcel: Parcel, by: Shipper): Promise<OrderRow> {
  await changeStatus(tx, order.id, OrderStatus.PREPARING, OrderStatus.SHIPPED, by.role);
  await tx.run('UPDATE orders SET delivery_since = now() WHERE id = $1', [order.id]);
  await handOver(tx, [{ orderId: order.id, buyerId: order.buyer_id, ...parcel }]);
  return { ...order, status: OrderStatus.SHIPPED };
}

async function correct(tx: Transaction, order: OrderRow, parcel: Parcel): Promise<OrderRow> {
  if (isSame(await readParcel(tx, order.id), parcel)) return order;
  const [corrected] = await tx.query<{ revision: number }>(
    `UPDATE delivery SET carrier = $2, tracking_number = $3, revision = revision + 1 WHERE order_id = $1
     RETURNING revision`,
    [order.id, parcel.carrier, parcel.trackingNumber],
  );
  if (!corrected) throw new Error('a SHIPPED order has no delivery');
  await tx.run('UPDATE orders SET updated_at = now() WHERE id = $1', [order.id]);
  orderChanges.note(tx, order.id);
  await appendToOutbox(tx, orderShipped, { orderId: order.id, buyerId: order.buyer_id, ...corrected });
  return order;
}

async function readParcel(tx: Transaction, orderId: string): Promise<Parcel | undefined> {
  const [parcel] = await tx.query<Parcel>(
    'SELECT carrier, tracking_number AS "trackingNumber" FROM delivery WHERE order_id = $1',
    [orderId],
  );
  return parcel;
}

const isSame = (one: Parcel | undefined, other: Parcel): boolean =>
  one?.carrier === other.carrier && one.trackingNumber === other.trackingNumber;
