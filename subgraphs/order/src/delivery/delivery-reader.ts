import type { Database } from '@stampede/shared/database';
import type { Identity } from '@stampede/shared/identity';
import DataLoader from 'dataloader';
import type { Order } from '../order.entity.js';
import type { Delivery } from './delivery.entity.js';
import { IS_GOODS_SQL } from './goods.js';

/** With the sellers of the order's goods; who sold a ticket only has sent nothing. */
export type SentDelivery = Delivery & { senders: string[] };

/** The delivery of an order, null until it is shipped; all that are asked for in one tick by one statement. */
export type DeliveryReader = (orderId: string) => Promise<SentDelivery | null>;

export function openDeliveryReader(database: Database): DeliveryReader {
  const loader = new DataLoader<string, SentDelivery | null>(
    async (ids) => {
      const rows = await database.query<SentDelivery & { orderId: string }>(
        `SELECT order_id AS "orderId", carrier, tracking_number AS "trackingNumber", shipped_at AS "shippedAt",
           delivered_at AS "deliveredAt", ARRAY(SELECT seller_id::text FROM order_line
             WHERE order_line.order_id = delivery.order_id AND ${IS_GOODS_SQL}) AS senders
         FROM delivery WHERE order_id = ANY($1)`,
        [ids],
      );
      const found = new Map(rows.map((row) => [row.orderId, row]));
      return ids.map((id) => found.get(id) ?? null);
    },
    { cache: false, maxBatchSize: 500 },
  );
  return (orderId) => loader.load(orderId);
}

/** Whether somebody who is shown the order is shown its parcel, too: as for where it goes, a seller of goods in it. */
export function seesDelivery(viewer: Identity, { buyer }: Order, { senders }: SentDelivery): boolean {
  if (viewer.kind !== 'user') return false;
  return viewer.role === 'OPERATOR' || viewer.userId === buyer.id || senders.includes(viewer.userId);
}
