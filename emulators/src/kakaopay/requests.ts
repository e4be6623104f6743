import { z } from 'zod';
import { parseJson, type Answer } from '../http.js';
import { failure, type Failure } from './errors.js';

/** The only merchant code that KakaoPay gives out for tests of one-time payments. */
const cid = z.literal('TC0ONETIME');
const cid_secret = z
  .string()
  .regex(/^[0-9a-z]{24}$/)
  .optional();
const text100 = z.string().min(1).max(100);
const payload = z.string().max(200).optional();
const amount = z.int().min(0).max(2_147_483_647);
const returnUrl = z.url({ protocol: /^https?$/ }).max(255);
// prettier-ignore
const card = z.enum(['SHINHAN', 'KB', 'HYUNDAI', 'LOTTE', 'SAMSUNG', 'NH', 'BC', 'HANA', 'CITI', 'KAKAOBANK', 'KAKAOPAY', 'WOORIONLY']);

export const readyRequest = z
  .object({
    cid,
    cid_secret,
    partner_order_id: text100,
    partner_user_id: text100,
    item_name: text100,
    item_code: text100.optional(),
    quantity: z.int().min(1).max(2_147_483_647),
    total_amount: amount.min(1),
    tax_free_amount: amount,
    vat_amount: amount.optional(),
    green_deposit: amount.optional(),
    approval_url: returnUrl,
    cancel_url: returnUrl,
    fail_url: returnUrl,
    available_cards: z.array(card).optional(),
    payment_method_type: z.enum(['CARD', 'MONEY']).optional(),
    install_month: z.int().min(0).max(12).optional(),
    use_share_installment: z.enum(['Y', 'N']).optional(),
    custom_json: z.record(z.string(), z.unknown()).optional(),
  })
  .refine((request) => request.tax_free_amount + (request.vat_amount ?? 0) <= request.total_amount, {
    path: ['total_amount'],
  });

export const approveRequest = z.object({
  cid,
  cid_secret,
  tid: z.string().length(20),
  partner_order_id: text100,
  partner_user_id: text100,
  pg_token: z.string().min(1),
  payload,
  total_amount: amount.optional(),
});

export const cancelRequest = z.object({
  cid,
  cid_secret,
  tid: z.string().length(20),
  cancel_amount: amount.min(1),
  cancel_tax_free_amount: amount,
  cancel_vat_amount: amount.optional(),
  cancel_available_amount: amount.optional(),
  payload,
});

export const orderRequest = z.object({ cid, cid_secret, tid: z.string().length(20) });

/** KakaoPay publishes no code for a malformed field: the nearest of its list, by the first field that is wrong. */
const FAILURES: Record<string, Failure> = {
  cid: 'badCid',
  cid_secret: 'badCidSecret',
  tid: 'unknownTid',
  pg_token: 'badPgToken',
  payment_method_type: 'badMethod',
  quantity: 'badAmount',
  total_amount: 'badAmount',
  tax_free_amount: 'badAmount',
  vat_amount: 'badAmount',
  green_deposit: 'badAmount',
  cancel_amount: 'badAmount',
  cancel_tax_free_amount: 'badAmount',
  cancel_vat_amount: 'badAmount',
  cancel_available_amount: 'badAmount',
};

/** Reads a body by its schema and goes on with it, or answers what is wrong with it. */
export function withRequest<T>(schema: z.ZodType<T>, body: string, next: (request: T) => Answer): Answer {
  const parsed = schema.safeParse(parseJson(body));
  if (parsed.success) return next(parsed.data);
  const field = String(parsed.error.issues[0]?.path[0] ?? '');
  return failure(FAILURES[field] ?? 'badOrder');
}

const withTid = z.object({ tid: z.string().max(20) });

/** The tid that a body names, if it names one. */
export function tidIn(body: string): string | undefined {
  return withTid.safeParse(parseJson(body)).data?.tid;
}
