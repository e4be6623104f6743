import { z } from 'zod';

// Unknown fields are ignored everywhere: Toss Payments adds some without a new version.

/** A payment as every call about one gives it. `balanceAmount`: what can still be given back. */
export const tossPayment = z.object({
  paymentKey: z.string().min(1).max(200),
  orderId: z.string(),
  status: z.string(),
  currency: z.literal('KRW'),
  totalAmount: z.int().min(0),
  balanceAmount: z.int().min(0),
  approvedAt: z.iso
    .datetime({ offset: true })
    .transform((value) => new Date(value))
    .nullish(),
  failure: z.object({ code: z.string() }).nullish(),
});
export type TossPayment = z.infer<typeof tossPayment>;

/** Of another shape it is no code, and must not reach a log: `message` beside it is not read either. */
export const tossError = z.object({ code: z.string().regex(/^[A-Z][A-Z0-9_]{1,99}$/) });
