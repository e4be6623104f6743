import { z } from 'zod';
import { amount, instant, type MessageType } from './message-type.js';

const schema = z.object({
  paymentId: z.uuid(),
  orderId: z.uuid(),
  amount,
  approvedAt: instant,
});

export type PaymentApproved = z.infer<typeof schema>;

/** The provider has taken the money. */
export const paymentApproved: MessageType<PaymentApproved> = { name: 'payment.approved', version: 1, schema };
