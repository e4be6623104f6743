import { z } from 'zod';

/** KakaoPay writes Korea's local time without an offset. Should one appear some day, it is believed. */
const time = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})?$/)
  .transform((value) => new Date(/(Z|[+-]\d{2}:\d{2})$/.test(value) ? value : `${value}+09:00`))
  .refine((value) => !Number.isNaN(value.getTime()));

const amount = z.object({ total: z.int().min(0) });
const pageUrl = z.url({ protocol: /^https?$/ });

// Unknown fields are ignored everywhere: KakaoPay adds some without notice.
export const readyAnswer = z.object({
  tid: z.string().min(1).max(100),
  next_redirect_pc_url: pageUrl,
  next_redirect_mobile_url: pageUrl,
  created_at: time,
});

export const approveAnswer = z.object({
  tid: z.string(),
  partner_order_id: z.string(),
  payment_method_type: z.enum(['CARD', 'MONEY']),
  amount,
  approved_at: time,
});

export const orderAnswer = z.object({
  tid: z.string(),
  status: z.string(),
  amount: amount.nullish(),
  canceled_amount: amount.nullish(),
  cancel_available_amount: amount.nullish(),
  approved_at: time.nullish(),
});

export const cancelAnswer = z.object({
  tid: z.string(),
  canceled_amount: amount,
  cancel_available_amount: amount,
});

/** `methodResult` is the bank's. */
export const errorAnswer = z
  .object({
    error_code: z.int(),
    extras: z.object({ method_result_code: z.string().nullish() }).nullish(),
  })
  .transform(({ error_code: code, extras }) => ({
    code,
    methodResult: extras?.method_result_code ?? undefined,
  }));
