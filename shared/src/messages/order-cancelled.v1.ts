import { z } from 'zod';
import { heldLine, id, type MessageType } from './message-type.js';

const schema = z.object({
  orderId: id,
  buyerId: id,
  reason: z.string(),
  lines: z.array(heldLine),
});

export type OrderCancelled = z.infer<typeof schema>;

/** The order ended by its buyer, an operator, or for want of stock. What catalog committed for it is taken back. */
export const orderCancelled: MessageType<OrderCancelled> = { name: 'order.cancelled', version: 1, schema };
