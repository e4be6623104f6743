import { z } from 'zod';
import { id, type MessageType } from './message-type.js';

const schema = z.object({
  paymentId: id,
  orderId: id,
  /** Which approval of this payment: a late decline never clears a newer attempt’s mark. */
  attempt: z.int().nonnegative(),
  reason: z.string(),
});

export type PaymentDeclined = z.infer<typeof schema>;

/** This attempt is over without money; the order may be paid again. */
export const paymentDeclined: MessageType<PaymentDeclined> = { name: 'payment.declined', version: 1, schema };
