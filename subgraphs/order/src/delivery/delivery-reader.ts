import type { Database } from '@stampede/shared/database';
import DataLoader from 'dataloader';
import type { Delivery } from './delivery.entity.js';

/** The delivery of an order, null until it is shipped; all that are asked for in one tick by one statement. */
export type DeliveryReader = (orderId: string) => Promise<Delivery | null>;

export function openDeliveryReader(database: Database): DeliveryReader {
  const loader = new DataLoader<string, Delivery | null>(
    async (ids) => {
      const rows = await database.query<Delivery & { orderId: string }>(
        `SELECT order_id AS "orderId", carrier, tracking_number AS "trackingNumber", shipped_at AS "shippedAt",
           delivered_at AS "deliveredAt" FROM delivery WHERE order_id = ANY($1)`,
        [ids],
      );
      const found = new Map(rows.map((row) => [row.orderId, row]));
      return ids.map((id) => found.get(id) ?? null);
    },
    { cache: false, maxBatchSize: 500 },
  );
  return (orderId) => loader.load(orderId);
}
