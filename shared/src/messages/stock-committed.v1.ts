import { z } from 'zod';
import { id, type MessageType } from './message-type.js';

const schema = z.object({
  orderId: id,
});

export type StockCommitted = z.infer<typeof schema>;

/** The order’s units are sold in the book of stock. */
export const stockCommitted: MessageType<StockCommitted> = { name: 'stock.committed', version: 1, schema };
