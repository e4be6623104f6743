import { z } from 'zod';
import { type MessageType } from './message-type.js';

const schema = z.object({
  orderId: z.uuid(),
  buyerId: z.uuid(),
});

export type OrderExpired = z.infer<typeof schema>;

/** The hold ran out unpaid; the units are available again. */
export const orderExpired: MessageType<OrderExpired> = { name: 'order.expired', version: 1, schema };
