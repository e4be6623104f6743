import { z } from 'zod';

/** One event that services tell each other. Its routing key is `name`; a change that readers must notice gets a new version. */
export interface MessageType<T> {
  name: string;
  version: number;
  schema: z.ZodType<T>;
}

/** Any UUID that PostgreSQL takes and `isUuid` lets in, whichever version and variant it says of itself. */
export const id = z.guid();

/** An order's share of one product, with the hold that it took: the names that stock is told by. */
export const heldLine = z.object({
  productId: id,
  quantity: z.int().positive(),
  epoch: z.int().positive(),
  serial: z.int().positive(),
});
export type HeldLine = z.infer<typeof heldLine>;

/** Won, never negative. */
export const amount = z.int().nonnegative();

/** Who takes the money. */
export const paymentProvider = z.enum(['KAKAOPAY', 'TOSS_PAYMENTS']);

/** A moment, RFC 3339. */
export const instant = z.iso.datetime();
