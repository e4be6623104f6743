import { IDENTITY_HEADER, signIdentity } from '@stampede/shared/identity';
import { openExchange, type Replicas } from '@stampede/shared/spread';
import { traceHeaders, type Log, type Metrics } from '@stampede/shared/telemetry';
import { GATEWAY } from '../identity/as-gateway.js';
import { readAnswer } from '../upstream/answer.js';

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

export interface TellPaymentParts {
  /** Of the payment service. */
  replicas: Replicas;
  log: Log;
  metrics: Metrics;
}

/** Few: buyers who approve ask the same service, and a provider sends again what was not taken. */
const AT_A_TIME = 16;

const NOTE = `mutation ($transmissionId: String, $body: String!) {
  noteTossEvent(transmissionId: $transmissionId, body: $body)
}`;

/**
 * Hands what providers send to the payment service, over connections of its own: however much comes, no buyer's
 * request waits behind it.
 */
export function openTellPayment(
  { replicas, log, metrics }: TellPaymentParts,
  { IDENTITY_SECRET: secret, WEBHOOK_DEADLINE_MS: deadlineMs }: TellPaymentOptions,
): TellPayment {
  const exchange = openExchange({ replicas, path: '/graphql', deadlineMs, atATime: AT_A_TIME, metrics });

  async function ask(body: string, requestId: string) {
    const signed = { audience: 'payment', identity: GATEWAY, requestId };
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json',
      ...traceHeaders(),
      [IDENTITY_HEADER]: signIdentity(secret, signed, body),
    };
    // Told twice it is noted once: providers tell twice, too.
    const { status, text } = await exchange.send({ headers, body, mayRepeat: true });
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
