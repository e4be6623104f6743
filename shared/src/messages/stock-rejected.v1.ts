import { z } from 'zod';
import { id, type MessageType } from './message-type.js';

const schema = z.object({
  orderId: id,
  reason: z.string(),
});

export type StockRejected = z.infer<typeof schema>;

/** The order’s units cannot be sold; nothing of it was. */
export const stockRejected: MessageType<StockRejected> = { name: 'stock.rejected', version: 1, schema };
