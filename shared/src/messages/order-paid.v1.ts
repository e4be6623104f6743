import { z } from 'zod';
import { heldLine, id, type MessageType } from './message-type.js';

const schema = z.object({
  orderId: id,
  buyerId: id,
  paymentId: id,
  lines: z.array(heldLine),
});

export type OrderPaid = z.infer<typeof schema>;

/** A payment of the whole order was approved; catalog commits its stock. */
export const orderPaid: MessageType<OrderPaid> = { name: 'order.paid', version: 1, schema };
