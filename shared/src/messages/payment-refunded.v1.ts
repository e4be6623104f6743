import { z } from 'zod';
import { amount, id, paymentProvider, type MessageType } from './message-type.js';
import { refundShares } from './refund-share.js';

const schema = z.object({
  paymentId: id,
  orderId: id,
  provider: paymentProvider,
  /** The key of the request that this answers. */
  key: z.string(),
  amount,
  shares: refundShares,
});

export type PaymentRefunded = z.infer<typeof schema>;

/** The provider has given money back. */
export const paymentRefunded: MessageType<PaymentRefunded> = { name: 'payment.refunded', version: 1, schema };
