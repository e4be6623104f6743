import { z } from 'zod';
import { id, type MessageType } from './message-type.js';

const schema = z.object({
  orderId: id,
  buyerId: id,
});

export type OrderExpired = z.infer<typeof schema>;

/** The hold ran out unpaid; the units are available again. */
export const orderExpired: MessageType<OrderExpired> = { name: 'order.expired', version: 1, schema };
