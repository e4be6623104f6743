import { z } from 'zod';
import { id, type MessageType } from './message-type.js';

const schema = z.object({
  orderId: id,
  buyerId: id,
  /** 1 when it is shipped, and one more by each correction of carrier or number: each is a piece of news of its own. */
  revision: z.int().positive(),
});

export type OrderShipped = z.infer<typeof schema>;

/** The parcel is with the carrier, or how to follow it was corrected. */
export const orderShipped: MessageType<OrderShipped> = { name: 'order.shipped', version: 1, schema };
