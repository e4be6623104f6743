import { z } from 'zod';
import { amount, id } from './message-type.js';

const refundShare = z.object({ sellerId: id, amount });

/** What the lines of one seller give back, in won. */
export type RefundShare = z.infer<typeof refundShare>;

/** Of a refund by the lines' own policies; they add up to it. Absent where it is of the order as a whole. */
export const refundShares = z.array(refundShare).optional();
