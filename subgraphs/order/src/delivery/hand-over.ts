import type { Transaction } from '@stampede/shared/database';
import { orderShipped } from '@stampede/shared/messages';
import { appendAllToOutbox } from '@stampede/shared/messaging';

/** Who carries something, and what they know it by. */
export interface Parcel {
  carrier: string;
  trackingNumber: string;
}

/** Whose, and of which order. */
export interface OrderParcel extends Parcel {
  orderId: string;
  buyerId: string;
}

/** Notes what the carrier has of orders that are SHIPPED now, and tells of it: two statements, however many there are. */
export async function handOver(tx: Transaction, parcels: readonly OrderParcel[]): Promise<void> {
  await tx.run(
    `INSERT INTO delivery (order_id, carrier, tracking_number)
     SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[])`,
    [
      parcels.map(({ orderId }) => orderId),
      parcels.map(({ carrier }) => carrier),
      parcels.map(({ trackingNumber }) => trackingNumber),
    ],
  );
  // Not what they are known by: a carrier knows whose a number is, and messages carry ids alone.
  const said = parcels.map(({ orderId, buyerId }) => ({ orderId, buyerId, revision: 1 }));
  await appendAllToOutbox(tx, orderShipped, said);
}
