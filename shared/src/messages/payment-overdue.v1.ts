import { z } from 'zod';
import { id, type MessageType } from './message-type.js';

const schema = z.object({
  paymentId: id,
  orderId: id,
  /** The attempt that order is marked with. */
  attempt: z.int().nonnegative(),
});

export type PaymentOverdue = z.infer<typeof schema>;

/** Order waits for a payment’s decision, and has heard nothing for long: payment says again what it decided. */
export const paymentOverdue: MessageType<PaymentOverdue> = { name: 'payment.overdue', version: 1, schema };
