import { IDENTITY_HEADER, signIdentity } from '@stampede/shared/identity';
import type { Log } from '@stampede/shared/telemetry';
import { GATEWAY } from '../identity/as-gateway.js';
import { readAnswer } from '../upstream/answer.js';
import { openExchange } from '../upstream/exchange.js';

export interface TossTransmission {
  /** As its header says, if it has one. */
  transmissionId: string | null;
  body: string;
  requestId: string;
}

export interface TellPayment {
  /** @returns whether payment has taken it. Never rejects. */
  ofToss(transmission: TossTransmission): Promise<boolean>;
  close(): Promise<void>;
}

export interface TellPaymentOptions {
  IDENTITY_SECRET: string;
  /** Milliseconds. */
  WEBHOOK_DEADLINE_MS: number;
}

/** Few: buyers who approve ask the same service, and a provider sends again what was not taken. */
const AT_A_TIME = 16;

const NOTE = `mutation ($transmissionId: String, $body: String!) {
  noteTossEvent(transmissionId: $transmissionId, body: $body)
}`;

/**
 * Hands what providers send to the payment service, over connections of its own: however much comes, no buyer's
 * request waits behind it.
 *
 * @param url the payment service's base URL.
 */
export function openTellPayment(
  url: string,
  { IDENTITY_SECRET: secret, WEBHOOK_DEADLINE_MS: deadlineMs }: TellPaymentOptions,
  log: Log,
): TellPayment {
  const exchange = openExchange('payment', new URL('/graphql', url).href, deadlineMs, AT_A_TIME);

  async function ask(body: string, requestId: string) {
    const signed = { audience: 'payment', identity: GATEWAY, requestId };
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json',
      [IDENTITY_HEADER]: signIdentity(secret, signed, body),
    };
    const { status, text } = await exchange.post(headers, body);
    return readAnswer('payment', status, text);
  }

  return {
    ofToss: async ({ requestId, ...variables }) => {
      try {
        const { data, errors } = await ask(JSON.stringify({ query: NOTE, variables }), requestId);
        const [refusal] = errors ?? [];
        if (data && !refusal) return true;
        log.error({ requestId, code: refusal?.extensions?.code }, 'payment did not take a webhook');
      } catch (error) {
        // No message: it may hold what was sent.
        log.warn({ requestId, name: (error as Error).name }, 'payment could not be told of a webhook');
      }
      return false;
    },
    close: () => exchange.close(),
  };
}
