import type { NamedPayment, Provider } from '../provider/index.js';
import { KAKAOPAY_WINDOW_MS, openKakaoPay, type KakaoPayOptions } from './index.js';

/** KakaoPay as a payment provider. */
export function openKakaoPayProvider(options: KakaoPayOptions): Provider {
  const kakaopay = openKakaoPay(options);
  return {
    windowMs: KAKAOPAY_WINDOW_MS,
    opensInBrowser: false,
    confirmWindowMs: 0,
    retryAt: () => options.breaker?.retryAt(),

    prepare: async ({ orderId, buyerId, ...input }) => {
      const outcome = await kakaopay.ready({ ...input, partnerOrderId: orderId, partnerUserId: buyerId });
      if (outcome.kind === 'refused') return { kind: 'refused', code: String(outcome.code) };
      if (outcome.kind === 'unavailable') return outcome;
      return { kind: 'prepared', providerId: outcome.tid, redirectUrl: outcome.redirectUrl };
    },

    approve: async (payment, token) => {
      const tid = tidOf(payment);
      const outcome = await kakaopay.approve({
        tid,
        partnerOrderId: payment.order_id,
        partnerUserId: payment.buyer_id,
        pgToken: token,
        amount: payment.amount,
      });
      switch (outcome.kind) {
        case 'approved':
          return { kind: 'approved', approvedAt: outcome.approvedAt, providerId: tid };
        case 'declined':
          return { ...outcome, code: String(outcome.code) };
        case 'wrong-token':
        case 'unknown':
          return outcome;
        default:
          return outcome satisfies never;
      }
    },

    lookup: async (payment) => {
      const tid = tidOf(payment);
      const found = await kakaopay.lookup(tid);
      if (found.kind !== 'approved') return found;
      const { amount, cancelled, approvedAt } = found;
      return { kind: 'approved', amount, cancelled, approvedAt, providerId: tid };
    },

    // It knows no idempotency key: what must remain before the call makes it refuse a second one.
    cancel: async (payment, { amount, remaining }) => {
      const outcome = await kakaopay.cancel({ tid: tidOf(payment), amount, cancelAvailable: remaining });
      return outcome.kind === 'refused' ? { kind: 'refused', code: String(outcome.code) } : outcome;
    },

    close: () => kakaopay.close(),
  };
}

/** Given out by ready: there is no payment by KakaoPay without one. */
function tidOf({ id, provider_id: tid }: NamedPayment): string {
  if (tid === null) throw new Error(`payment ${id} by KakaoPay has no tid`);
  return tid;
}
