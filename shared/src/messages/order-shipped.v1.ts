import { z } from 'zod';
import { id, type MessageType } from './message-type.js';

const schema = z.object({
  orderId: id,
  buyerId: id,
  carrier: z.string(),
  trackingNumber: z.string(),
});

export type OrderShipped = z.infer<typeof schema>;

/** The parcel is with the carrier. */
export const orderShipped: MessageType<OrderShipped> = { name: 'order.shipped', version: 1, schema };
