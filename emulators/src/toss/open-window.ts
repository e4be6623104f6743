import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { appendQuery } from '../append-query.js';
import { document, markup } from '../html.js';
import { html, redirect, type Answer } from '../http.js';
import { messageOf, type ErrorCode, type Language } from './errors.js';
import { CLIENT_KEY } from './keys.js';
import type { Ledger } from './ledger.js';
import { isApproved, type Payment } from './payment.js';
import { MAX_AMOUNT, orderId } from './requests.js';

const MIN_AMOUNT = 100;

const won = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);
const address = z.url({ protocol: /^https?$/ });

/** What the browser's SDK puts into the address of the window. */
const request = z
  .object({
    clientKey: z.string(),
    method: z.literal('CARD').default('CARD'),
    currency: z.literal('KRW').default('KRW'),
    amount: won,
    taxFreeAmount: won.default(0),
    orderId,
    orderName: z.string().min(1).max(100),
    successUrl: address,
    failUrl: address,
  })
  .refine(({ amount, taxFreeAmount }) => taxFreeAmount <= amount, { path: ['taxFreeAmount'] });
type WindowRequest = z.infer<typeof request>;

/** Begins the payment that an address describes, or answers what is wrong with it: at its failUrl, where it has one. */
export function openWindow(
  ledger: Ledger,
  query: URLSearchParams,
  language: Language,
): { payment: Payment } | { answer: Answer } {
  const parsed = request.safeParse(Object.fromEntries(query));
  if (!parsed.success) {
    const fields = parsed.error.issues.map((issue) => issue.path.join('.'));
    return { answer: problemPage(`The request is wrong in: ${fields.join(', ')}`) };
  }
  const asked = parsed.data;
  if (asked.clientKey !== CLIENT_KEY)
    return { answer: problemPage(messageOf('INVALID_CLIENT_KEY', language)) };
  const refusal = refusalOf(ledger, asked);
  if (refusal) {
    const { failUrl, orderId } = asked;
    const parameters = { code: refusal, message: messageOf(refusal, language), orderId };
    return { answer: redirect(appendQuery(failUrl, parameters)) };
  }
  const payment = paymentOf(asked, ledger.now());
  ledger.add(payment);
  return { payment };
}

function refusalOf(ledger: Ledger, { amount, orderId }: WindowRequest): ErrorCode | undefined {
  if (amount < MIN_AMOUNT) return 'BELOW_MINIMUM_AMOUNT';
  if (amount > MAX_AMOUNT) return 'EXCEED_MAX_AMOUNT';
  return ledger.ofOrder(orderId).some(isApproved) ? 'DUPLICATED_ORDER_ID' : undefined;
}

function paymentOf(asked: WindowRequest, requestedAt: Date): Payment {
  const { amount, taxFreeAmount, orderId, orderName, successUrl, failUrl } = asked;
  return {
    paymentKey: `tlocal${randomBytes(24).toString('hex')}`,
    page: randomBytes(16).toString('hex'),
    secret: `ps_${randomBytes(16).toString('hex')}`,
    orderId,
    orderName,
    amount,
    taxFreeAmount,
    successUrl,
    failUrl,
    requestedAt,
    status: 'READY',
    cancels: [],
  };
}

/** The window's own page for a request that it does not lead back from. */
export function problemPage(problem: string): Answer {
  return html(400, document('Toss Payments (emulated)', markup`<h1>${problem}</h1>`));
}
