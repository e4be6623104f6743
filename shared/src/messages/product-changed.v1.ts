import { z } from 'zod';
import { amount, id, type MessageType } from './message-type.js';
import { refundPolicy } from './refund-policy.js';

const schema = z.object({
  productId: id,
  sellerId: id,
  name: z.string(),
  unitPrice: amount,
  refundPolicy,
  /** Rises with every change; an older event never overwrites a newer listing. */
  version: z.int().positive(),
});

export type ProductChanged = z.infer<typeof schema>;

/** A product was created, or what an order line copies from it has changed. */
export const productChanged: MessageType<ProductChanged> = { name: 'product.changed', version: 1, schema };
