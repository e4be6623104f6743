import type { LookupOutcome, NamedPayment, Provider } from '../provider/index.js';
import { openTossClient, type TossClient, type TossClientOptions } from './client.js';
import { cancelError, causeOf, confirmError, isNotFound } from './errors.js';
import { readPayment, unknown } from './read-payment.js';

export { TOSS_TIMEOUT_MS } from './client.js';

/** How long a buyer may take in the provider's window… */
export const TOSS_WINDOW_MS = 30 * 60_000;
/** …and how long what they agreed to there may wait for its confirmation. */
export const TOSS_CONFIRM_WINDOW_MS = 10 * 60_000;

/** Of a payment by card, in won. */
const MIN_AMOUNT = 100;

/** Longer ones, and other characters, no paymentKey has: such a token is not put into an address. */
const PAYMENT_KEY = /^[\w=-]{1,200}$/;

export interface TossProviderOptions extends TossClientOptions {
  /** Of the gateway, whose page opens the provider's window. */
  publicUrl: string;
}

/**
 * Toss Payments as a payment provider. Its `orderId` is the payment's id, unique for each attempt to pay. The token is
 * its `paymentKey`: one order id may have several, of which none but the confirmed one has money.
 */
export function openTossProvider({ publicUrl, ...options }: TossProviderOptions): Provider {
  const client = openTossClient(options);
  const origin = publicUrl.replace(/\/+$/, '');
  return {
    windowMs: TOSS_WINDOW_MS,
    opensInBrowser: true,
    confirmWindowMs: TOSS_CONFIRM_WINDOW_MS,
    retryAt: () => options.breaker?.retryAt(),

    // There is nothing to call: a payment begins in the buyer's browser, on our own page.
    prepare: ({ id, amount }) =>
      Promise.resolve(
        amount < MIN_AMOUNT
          ? { kind: 'refused', code: 'BELOW_MINIMUM_AMOUNT' }
          : { kind: 'prepared', providerId: null, redirectUrl: `${origin}/pay/toss/${id}` },
      ),

    approve: async (payment, token) => {
      const request = { paymentKey: token, orderId: payment.id, amount: payment.amount };
      const reply = await client.confirm(request, `approve:${payment.id}:${payment.attempt}`);
      if (reply.kind === 'unanswered') return unknown(reply.cause);
      if (reply.kind === 'error') return confirmError(reply.httpStatus, reply.body.code);
      const found = readPayment(reply.body, payment);
      if (found.kind === 'unknown') return found;
      if (found.kind !== 'approved') return unknown(`confirmed, but ${found.kind}`);
      return { kind: 'approved', approvedAt: found.approvedAt, providerId: found.providerId };
    },

    lookup: (payment, token) => lookup(client, payment, token, client.deadline()),

    cancel: async (payment, { amount, remaining, key }) => {
      const deadline = client.deadline();
      const paymentKey = payment.provider_id ?? (await findKey(client, payment, deadline));
      if (paymentKey === undefined) return unknown('no paymentKey has money');
      const request = {
        cancelReason: '주문 환불',
        ...(amount !== payment.amount && { cancelAmount: amount }),
        refundableAmount: remaining,
      };
      const reply = await client.cancel(paymentKey, request, `refund:${key}`, deadline);
      if (reply.kind === 'unanswered') return unknown(reply.cause);
      if (reply.kind === 'error') return cancelError(reply.httpStatus, reply.body.code);
      const { orderId, totalAmount, balanceAmount } = reply.body;
      if (orderId !== payment.id) return unknown('the answer is about another payment');
      if (balanceAmount !== remaining - amount) return unknown('another amount was given back');
      return { kind: 'cancelled', total: totalAmount - balanceAmount, remaining: balanceAmount };
    },

    close: () => client.close(),
  };
}

/**
 * By the paymentKey, where it is known: that is the try to pay which is being decided. Else by order id, as before the
 * buyer has come back; then another try that failed says nothing about the one of the token. A token is whatever
 * somebody has sent: what the provider says of one that is no key of its own says nothing about the payment.
 */
async function lookup(
  client: TossClient,
  payment: NamedPayment,
  token: string | undefined,
  deadline: AbortSignal,
): Promise<LookupOutcome> {
  const key = payment.provider_id ?? token;
  if (key !== undefined && PAYMENT_KEY.test(key)) {
    const reply = await client.byKey(key, deadline);
    if (reply.kind === 'ok' && reply.body.orderId === payment.id) return readPayment(reply.body, payment);
    const mayBeNobodys = payment.provider_id === null && isAboutTheKey(reply);
    if (reply.kind === 'unanswered' && !mayBeNobodys) return unknown(reply.cause);
    if (reply.kind === 'error' && !mayBeNobodys && !isNotFound(reply.httpStatus, reply.body.code)) {
      return unknown(causeOf(reply.httpStatus, reply.body.code));
    }
  }
  const reply = await client.byOrderId(payment.id, deadline);
  if (reply.kind === 'unanswered') return unknown(reply.cause);
  if (reply.kind === 'error') {
    const { httpStatus, body } = reply;
    // Also what it says before the buyer has opened its window.
    return isNotFound(httpStatus, body.code)
      ? { kind: 'in-progress', status: body.code }
      : unknown(causeOf(httpStatus, body.code));
  }
  const found = readPayment(reply.body, payment);
  const isOther = key !== undefined && reply.body.paymentKey !== key;
  return found.kind === 'declined' && isOther ? { kind: 'in-progress', status: reply.body.status } : found;
}

/** Also where the shop's own key is wrong: then the order id finds nothing either. */
const isAboutTheKey = (reply: Awaited<ReturnType<TossClient['byKey']>>): boolean =>
  reply.kind !== 'ok' && [200, 400, 403, 404].includes(reply.httpStatus ?? 0);

async function findKey(
  client: TossClient,
  payment: NamedPayment,
  deadline: AbortSignal,
): Promise<string | undefined> {
  const found = await lookup(client, payment, undefined, deadline);
  return found.kind === 'approved' ? found.providerId : undefined;
}
