import { z } from 'zod';
import { amount, id, type MessageType } from './message-type.js';

const schema = z.object({
  paymentId: id,
  orderId: id,
  /** The key of the request that this answers. */
  key: z.string(),
  amount,
});

export type PaymentRefunded = z.infer<typeof schema>;

/** The provider has given money back. */
export const paymentRefunded: MessageType<PaymentRefunded> = { name: 'payment.refunded', version: 1, schema };
