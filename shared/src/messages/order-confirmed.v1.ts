import { z } from 'zod';
import { amount, id, type MessageType } from './message-type.js';

const schema = z.object({
  orderId: id,
  buyerId: id,
  paymentId: id,
  total: amount,
  /** What each seller is owed before the fee. */
  lines: z.array(z.object({ productId: id, sellerId: id, quantity: z.int().positive(), subtotal: amount })),
});

export type OrderConfirmed = z.infer<typeof schema>;

/** Paid and its stock committed: the units are the buyer’s. */
export const orderConfirmed: MessageType<OrderConfirmed> = { name: 'order.confirmed', version: 1, schema };
