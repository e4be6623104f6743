import { z } from 'zod';
import { amount, id, type MessageType } from './message-type.js';
import { refundShares } from './refund-share.js';

const schema = z.object({
  paymentId: id,
  orderId: id,
  amount,
  key: z.string().min(1).max(200),
  reason: z.string(),
  shares: refundShares,
});

export type RefundRequested = z.infer<typeof schema>;

/** Order asks for money to go back: once for each key. */
export const refundRequested: MessageType<RefundRequested> = { name: 'refund.requested', version: 1, schema };
