import { z } from 'zod';
import { amount, id, instant, paymentProvider, type MessageType } from './message-type.js';

const schema = z.object({
  paymentId: id,
  orderId: id,
  provider: paymentProvider,
  amount,
  approvedAt: instant,
});

export type PaymentApproved = z.infer<typeof schema>;

/** The provider has taken the money. */
export const paymentApproved: MessageType<PaymentApproved> = { name: 'payment.approved', version: 1, schema };
