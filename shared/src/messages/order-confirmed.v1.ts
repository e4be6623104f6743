import { z } from 'zod';
import { amount, type MessageType } from './message-type.js';

const schema = z.object({
  orderId: z.uuid(),
  buyerId: z.uuid(),
  paymentId: z.uuid(),
  total: amount,
  /** What each seller is owed before the fee. */
  lines: z.array(
    z.object({ productId: z.uuid(), sellerId: z.uuid(), quantity: z.int().positive(), subtotal: amount }),
  ),
});

export type OrderConfirmed = z.infer<typeof schema>;

/** Paid and its stock committed: the units are the buyer’s. */
export const orderConfirmed: MessageType<OrderConfirmed> = { name: 'order.confirmed', version: 1, schema };
