import { z } from 'zod';
import { instant, type MessageType } from './message-type.js';

const count = z.int().nonnegative();

const schema = z.object({
  products: z
    .array(
      z.object({
        productId: z.uuid(),
        /** The second in which they were decided, by the clock of whoever decided. */
        second: instant,
        /** Answers to checkouts, orders and refusals. */
        decisions: count,
        /** By the refusal's type, as the API names it: SoldOut, SaleNotOpen, LimitExceeded. */
        refused: z.record(z.string(), count),
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
