import { z } from 'zod';
import { amount, id, type MessageType } from './message-type.js';

const schema = z.object({
  paymentId: id,
  orderId: id,
  amount,
  key: z.string().min(1).max(200),
  reason: z.string(),
});

export type RefundRequested = z.infer<typeof schema>;

/** Order asks for money to go back: once for each key. */
export const refundRequested: MessageType<RefundRequested> = { name: 'refund.requested', version: 1, schema };
