import { z } from 'zod';
import { amount, id, type MessageType } from './message-type.js';

const schema = z.object({
  orderId: id,
  buyerId: id,
  paymentId: id,
  /** Of the request that was answered: one refund is one key. */
  key: z.string(),
  amount,
});

export type OrderRefunded = z.infer<typeof schema>;

/** Money that was paid for an order is back with its buyer. */
export const orderRefunded: MessageType<OrderRefunded> = { name: 'order.refunded', version: 1, schema };
