import type { CircuitBreaker } from '@stampede/shared/circuit-breaker';
import { shortItemName, type Unknown } from '../provider/index.js';
import { openClient } from './client.js';
import { approveError, cancelError, lookupError, readyError } from './declines.js';
import { readOrder } from './lookup.js';
import type { ApproveOutcome, CancelOutcome, LookupOutcome, ReadyOutcome } from './outcomes.js';
import { approveAnswer, cancelAnswer, orderAnswer, readyAnswer } from './schemas.js';

export type { ApproveOutcome, CancelOutcome, LookupOutcome, ReadyOutcome } from './outcomes.js';

/** KakaoPay gives up on a request after 11 s: who waits less loses answers that were on their way. */
export const KAKAOPAY_READ_TIMEOUT_MS = 15_000;
/** How long a tid and the buyer's page live. */
export const KAKAOPAY_WINDOW_MS = 15 * 60_000;

export interface KakaoPayOptions {
  /** https://open-api.kakaopay.com, or an address that speaks the same under a path of its own. */
  baseUrl: string;
  secretKey: string;
  cid: string;
  readTimeoutMs?: number;
  /** Counts the calls. */
  breaker?: CircuitBreaker;
}

/** Amounts in won. Identifiers: at most 100 characters, and nothing personal in partnerUserId. URLs: at most 255. */
export interface ReadyInput {
  partnerOrderId: string;
  partnerUserId: string;
  /** Cut to the 100 characters that KakaoPay shows. */
  itemName: string;
  quantity: number;
  amount: number;
  taxFreeAmount?: number;
  approvalUrl: string;
  cancelUrl: string;
  failUrl: string;
}

/** The identifiers and the amount must be those of ready. */
export interface ApproveInput {
  tid: string;
  partnerOrderId: string;
  partnerUserId: string;
  pgToken: string;
  amount: number;
}

export interface CancelInput {
  tid: string;
  amount: number;
  taxFreeAmount?: number;
  /**
   * What can still be given back before this call. KakaoPay knows no idempotency key, but refuses when this is not so:
   * a repeated cancel is refused instead of paying back twice.
   */
  cancelAvailable: number;
}

/** KakaoPay's one-time payments. What may happen is a value; a method rejects only by a programming error. */
export interface KakaoPay {
  ready(input: ReadyInput): Promise<ReadyOutcome>;
  approve(input: ApproveInput): Promise<ApproveOutcome>;
  lookup(tid: string): Promise<LookupOutcome>;
  cancel(input: CancelInput): Promise<CancelOutcome>;
  /** Waits for calls in flight, each of which ends by its deadline. */
  close(): Promise<void>;
}

export function openKakaoPay(options: KakaoPayOptions): KakaoPay {
  const { baseUrl, secretKey, cid, readTimeoutMs = KAKAOPAY_READ_TIMEOUT_MS, breaker } = options;
  const client = openClient(baseUrl, secretKey, readTimeoutMs, breaker);

  return {
    async ready(input) {
      const request = {
        cid,
        partner_order_id: input.partnerOrderId,
        partner_user_id: input.partnerUserId,
        item_name: shortItemName(input.itemName),
        quantity: input.quantity,
        total_amount: input.amount,
        tax_free_amount: input.taxFreeAmount ?? 0,
        approval_url: input.approvalUrl,
        cancel_url: input.cancelUrl,
        fail_url: input.failUrl,
      };
      const reply = await client.call('ready', request, readyAnswer);
      if (reply.kind === 'unanswered') return { kind: 'unavailable', cause: reply.cause };
      if (reply.kind === 'error') return readyError(reply.httpStatus, reply.body.code);
      const { tid, next_redirect_pc_url, next_redirect_mobile_url, created_at } = reply.body;
      return {
        kind: 'ready',
        tid,
        redirectUrl: next_redirect_pc_url,
        mobileRedirectUrl: next_redirect_mobile_url,
        createdAt: created_at,
      };
    },

    async approve({ tid, partnerOrderId, partnerUserId, pgToken, amount }) {
      const request = {
        cid,
        tid,
        partner_order_id: partnerOrderId,
        partner_user_id: partnerUserId,
        pg_token: pgToken,
        total_amount: amount,
      };
      const reply = await client.call('approve', request, approveAnswer);
      if (reply.kind === 'unanswered') return unknown(reply.cause);
      if (reply.kind === 'error') return approveError(reply.body.code, reply.body.methodResult);
      const { body } = reply;
      const isOurs =
        body.tid === tid && body.partner_order_id === partnerOrderId && body.amount.total === amount;
      if (!isOurs) return unknown('the answer is about another payment');
      return { kind: 'approved', approvedAt: body.approved_at, method: body.payment_method_type };
    },

    async lookup(tid) {
      const reply = await client.call('order', { cid, tid }, orderAnswer);
      if (reply.kind === 'unanswered') return unknown(reply.cause);
      if (reply.kind === 'error') return lookupError(reply.body.code);
      return reply.body.tid === tid ? readOrder(reply.body) : unknown('the answer is about another payment');
    },

    async cancel({ tid, amount, taxFreeAmount = 0, cancelAvailable }) {
      const request = {
        cid,
        tid,
        cancel_amount: amount,
        cancel_tax_free_amount: taxFreeAmount,
        cancel_available_amount: cancelAvailable,
      };
      const reply = await client.call('cancel', request, cancelAnswer);
      if (reply.kind === 'unanswered') return unknown(reply.cause);
      if (reply.kind === 'error') return cancelError(reply.body.code, reply.body.methodResult);
      const { canceled_amount, cancel_available_amount } = reply.body;
      if (reply.body.tid !== tid) return unknown('the answer is about another payment');
      return { kind: 'cancelled', total: canceled_amount.total, remaining: cancel_available_amount.total };
    },

    close: () => client.close(),
  };
}

function unknown(cause: string): Unknown {
  return { kind: 'unknown', cause };
}
