import type { CircuitBreaker } from '@stampede/shared/circuit-breaker';
import { createHash } from 'node:crypto';
import { openProviderHttp, type Reply } from '../provider/index.js';
import { tossError, tossPayment, type TossPayment } from './schemas.js';

/** A confirmation may take the card company its time: https://docs.tosspayments.com gives billing 60 s, confirm none. */
export const TOSS_TIMEOUT_MS = 30_000;

/** Documented for the header Idempotency-Key. */
const MAX_KEY_LENGTH = 300;

type TossReply = Promise<Reply<TossPayment, { code: string }>>;

export interface TossClient {
  /** @param idempotencyKey here and below: the same one gets the first call's answer again, for 15 days. */
  confirm(body: { paymentKey: string; orderId: string; amount: number }, idempotencyKey: string): TossReply;
  byKey(paymentKey: string, deadline: AbortSignal): TossReply;
  byOrderId(orderId: string, deadline: AbortSignal): TossReply;
  /** Without `cancelAmount` all of it. Refused when `refundableAmount` is not what can still be given back. */
  cancel(
    paymentKey: string,
    body: { cancelReason: string; cancelAmount?: number; refundableAmount: number },
    idempotencyKey: string,
    deadline: AbortSignal,
  ): TossReply;
  /** For calls that have to end in the time of one. */
  deadline(): AbortSignal;
  close(): Promise<void>;
}

export interface TossClientOptions {
  /** https://api.tosspayments.com, or an address that speaks the same under a path of its own. */
  baseUrl: string;
  secretKey: string;
  timeoutMs?: number;
  /** Counts the calls. */
  breaker?: CircuitBreaker;
}

/** Toss Payments' API of payments, as it is. What may happen is a value. */
export function openTossClient({
  baseUrl,
  secretKey,
  timeoutMs = TOSS_TIMEOUT_MS,
  breaker,
}: TossClientOptions): TossClient {
  const http = openProviderHttp({
    baseUrl,
    authorization: `Basic ${Buffer.from(`${secretKey}:`).toString('base64')}`,
    timeoutMs,
    refusal: tossError,
    breaker,
  });
  const get = (path: string, deadline: AbortSignal) =>
    http.call({ step: 'toss-lookup', method: 'GET', path: `/v1/payments/${path}` }, tossPayment, deadline);
  const post = (
    step: 'toss-confirm' | 'toss-cancel',
    { path, body, key }: { path: string; body: object; key: string },
    deadline?: AbortSignal,
  ) => {
    const headers = { 'idempotency-key': idempotencyKeyOf(key) };
    const request = { step, method: 'POST', path: `/v1/payments/${path}`, headers, body } as const;
    return http.call(request, tossPayment, deadline);
  };
  return {
    confirm: (body, key) => post('toss-confirm', { path: 'confirm', body, key }),
    byKey: (paymentKey, deadline) => get(encodeURIComponent(paymentKey), deadline),
    byOrderId: (orderId, deadline) => get(`orders/${encodeURIComponent(orderId)}`, deadline),
    cancel: (paymentKey, body, key, deadline) =>
      post('toss-cancel', { path: `${encodeURIComponent(paymentKey)}/cancel`, body, key }, deadline),
    deadline: () => http.deadline(),
    close: () => http.close(),
  };
}

/** What is too long for the header, or not for one at all, is known by its digest. */
const idempotencyKeyOf = (key: string): string =>
  key.length <= MAX_KEY_LENGTH && /^[\x21-\x7e]+$/.test(key)
    ? key
    : createHash('sha256').update(key).digest('hex');
