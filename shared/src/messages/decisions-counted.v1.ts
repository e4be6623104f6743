import { z } from 'zod';
import { id, instant, type MessageType } from './message-type.js';

const count = z.int().nonnegative();

/** Of what refuses a checkout, as the API names it. */
const reason = z.enum(['SoldOut', 'SaleNotOpen', 'LimitExceeded']);
export type RefusalReason = z.infer<typeof reason>;

const schema = z.object({
  products: z
    .array(
      z.object({
        productId: id,
        /** When the second began in which they were decided, by the clock of whoever decided. */
        second: instant,
        /** Answers to checkouts, orders and refusals. */
        decisions: count,
        /** How many of them were refusals, by their reason. */
        refused: z.partialRecord(reason, count),
      }),
    )
    .min(1)
    .max(500),
});

export type DecisionsCounted = z.infer<typeof schema>;

/** How many checkouts one process has decided since it last told. */
export const decisionsCounted: MessageType<DecisionsCounted> = {
  name: 'decisions.counted',
  version: 1,
  schema,
};
