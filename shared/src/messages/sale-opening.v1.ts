import { z } from 'zod';
import { id, instant, type MessageType } from './message-type.js';

const schema = z.object({
  productId: id,
  name: z.string(),
  opensAt: instant,
  /** Some of those who wish for it; everybody is named in one message, once. */
  userIds: z.array(id).min(1).max(500),
});

export type SaleOpening = z.infer<typeof schema>;

/** A sale opens soon that these people wished for. */
export const saleOpening: MessageType<SaleOpening> = { name: 'sale.opening', version: 1, schema };
