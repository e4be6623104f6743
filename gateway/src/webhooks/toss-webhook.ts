import { within } from '@stampede/shared/background';
import { BodyTooLarge, readBody, respond, type Route } from '@stampede/shared/http';
import type { Metrics } from '@stampede/shared/telemetry';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { addressOf } from '../client/address.js';
import { retryAfter } from '../rates/refusal.js';
import type { TellPayment } from './tell-payment.js';
import { openWebhookLimit } from './webhook-limit.js';

export interface TossWebhookOptions {
  env: {
    TRUSTED_PROXIES: number;
    WEBHOOK_BODY_LIMIT_BYTES: number;
    WEBHOOKS_PER_ADDRESS: number;
    WEBHOOKS_IN_ALL: number;
    /** Milliseconds until a body that has not come is given up. */
    WEBHOOK_DEADLINE_MS: number;
  };
  tellPayment: TellPayment['ofToss'];
  metrics: Metrics;
}

/** What is answered, and how it is counted. Whatever is not 200, Toss Payments sends again, up to seven times. */
const ANSWERS = {
  taken: [200, 'Taken.\n'],
  'no-json': [400, 'The body is not JSON.\n'],
  'too-slow': [408, 'The body did not come in time.\n'],
  'too-large': [413, 'The body is too long.\n'],
  'too-many': [429, 'Too many at once.\n'],
  'payment-away': [503, 'This could not be taken at the moment.\n'],
} as const;

type Outcome = keyof typeof ANSWERS;

const RETRY_AFTER_S = 60;

/**
 * `POST /webhooks/toss`: hands on what Toss Payments tells of a payment, or whoever says to be it. Webhooks of
 * payments carry no signature (docs.tosspayments.com/reference/using-api/webhook-events), so that nothing of the body
 * counts but as a hint; it is neither looked into here nor logged.
 */
export function tossWebhook({ env, tellPayment, metrics }: TossWebhookOptions): Route {
  const limit = openWebhookLimit(env.WEBHOOKS_PER_ADDRESS, env.WEBHOOKS_IN_ALL);
  const webhooks = metrics.counter('webhooks_total', 'Webhooks of Toss Payments, by what became of them.', [
    'outcome',
  ]);

  async function take(request: IncomingMessage, requestId: string): Promise<Outcome> {
    const body = await readText(request, env);
    if (typeof body !== 'string') return body.refused;
    if (!isJson(body)) return 'no-json';
    const header = request.headers['tosspayments-webhook-transmission-id'];
    const transmissionId = typeof header === 'string' ? header : null;
    return (await tellPayment({ transmissionId, body, requestId })) ? 'taken' : 'payment-away';
  }

  return async (request, response) => {
    if (request.method !== 'POST') return respond(response, 405, 'Method not allowed.\n', { allow: 'POST' });
    const requestId = randomUUID();
    const waitMs = limit(addressOf(request, env.TRUSTED_PROXIES));
    const outcome = waitMs > 0 ? 'too-many' : await take(request, requestId);
    webhooks.inc({ outcome });
    const [status, text] = ANSWERS[outcome];
    respond(response, status, text, { 'x-request-id': requestId, ...furtherHeaders(outcome, waitMs) });
  };
}

function furtherHeaders(outcome: Outcome, waitMs: number): Record<string, string> {
  switch (outcome) {
    case 'too-many':
      return { 'retry-after': retryAfter(waitMs) };
    case 'payment-away':
      return { 'retry-after': String(RETRY_AFTER_S) };
    case 'too-large':
    case 'too-slow':
      // What is left of it stays unread.
      return { connection: 'close' };
    case 'taken':
    case 'no-json':
      return {};
    default:
      return outcome satisfies never;
  }
}

async function readText(
  request: IncomingMessage,
  { WEBHOOK_BODY_LIMIT_BYTES: limit, WEBHOOK_DEADLINE_MS: ms }: TossWebhookOptions['env'],
): Promise<string | { refused: 'too-large' | 'too-slow' }> {
  try {
    const body = await within(ms, readBody(request, limit), () => undefined);
    return body?.toString() ?? { refused: 'too-slow' };
  } catch (error) {
    if (error instanceof BodyTooLarge) return { refused: 'too-large' };
    throw error;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
