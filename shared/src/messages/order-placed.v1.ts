import { z } from 'zod';
import { amount, heldLine, id, instant, type MessageType } from './message-type.js';

const schema = z.object({
  orderId: id,
  buyerId: id,
  lines: z.array(heldLine),
  total: amount,
  payBy: instant,
});

export type OrderPlaced = z.infer<typeof schema>;

/** An order stands, its units are held, and it waits for payment until `payBy`. */
export const orderPlaced: MessageType<OrderPlaced> = { name: 'order.placed', version: 1, schema };
