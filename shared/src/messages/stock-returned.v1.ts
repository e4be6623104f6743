import { z } from 'zod';
import { heldLine, id, type MessageType } from './message-type.js';

const schema = z.object({
  orderId: id,
  lines: z.array(heldLine),
});

export type StockReturned = z.infer<typeof schema>;

/** What an order had bought is unsold again. */
export const stockReturned: MessageType<StockReturned> = { name: 'stock.returned', version: 1, schema };
