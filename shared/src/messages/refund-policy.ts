import { z } from 'zod';

/**
 * What cancelling gives back. `usedOn` is the day of admission of a ticket; a tier gives `percent` of the price
 * up to `daysBefore` that day, or, without `usedOn`, until the parcel ships. Days are counted in `timeZone`, an IANA
 * name; orders placed before sales had one are counted in {@link DEFAULT_TIME_ZONE}.
 */
export const refundPolicy = z.object({
  usedOn: z.iso.datetime().nullable(),
  tiers: z.array(z.object({ daysBefore: z.int().nonnegative(), percent: z.int().min(0).max(100) })),
  timeZone: z.string().optional(),
});
export type RefundPolicyTerms = z.infer<typeof refundPolicy>;

/** In which a sale counts days that says nothing else. */
export const DEFAULT_TIME_ZONE = 'Asia/Seoul';

/** Everything back until it ships: what a product has that says nothing else. */
export const FULL_REFUND: RefundPolicyTerms = { usedOn: null, tiers: [{ daysBefore: 0, percent: 100 }] };
