import { z } from 'zod';
import { parseJson } from '../http.js';
import type { ErrorCode } from './errors.js';

export const MAX_AMOUNT = 2_147_483_647;
export const orderId = z.string().regex(/^[A-Za-z0-9_-]{6,64}$/);

const paymentKey = z.string().min(1).max(200);
const won = z.int().min(0).max(MAX_AMOUNT);

export const confirmRequest = z.object({ paymentKey, orderId, amount: won });
export type ConfirmRequest = z.infer<typeof confirmRequest>;

export const cancelRequest = z.object({
  cancelReason: z.string().min(1).max(200),
  cancelAmount: won.min(1).optional(),
  taxFreeAmount: won.optional(),
  currency: z.literal('KRW').optional(),
  refundableAmount: won.optional(),
});
export type CancelRequest = z.infer<typeof cancelRequest>;

/** Toss Payments has codes of their own for these fields. */
const CODES: Record<string, ErrorCode> = { orderId: 'INVALID_ORDER_ID', paymentKey: 'INVALID_PAYMENT_KEY' };

/** Reads a body by its schema, or gives the code of the first field that is wrong. */
export function readRequest<T>(schema: z.ZodType<T>, body: string): { request: T } | { refusal: ErrorCode } {
  const parsed = schema.safeParse(parseJson(body));
  if (parsed.success) return { request: parsed.data };
  return { refusal: CODES[String(parsed.error.issues[0]?.path[0])] ?? 'INVALID_REQUEST' };
}

const named = z.object({ paymentKey: z.string().max(200), orderId: z.string().max(64) }).partial();

/** The payment that a body names, if it names one. */
export function namesIn(body: string): { paymentKey?: string | undefined; orderId?: string | undefined } {
  return named.safeParse(parseJson(body)).data ?? {};
}
