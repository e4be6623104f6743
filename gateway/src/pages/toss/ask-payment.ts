import { isUnavailable } from '@stampede/shared/errors';
import type { Log } from '@stampede/shared/telemetry';
import { z } from 'zod';
import { GATEWAY } from '../../identity/as-gateway.js';
import type { SubgraphSource } from '../../upstream/subgraph-source.js';

const hostedPayment = z.object({
  sdkUrl: z.url({ protocol: /^https?$/ }),
  clientKey: z.string(),
  orderId: z.string(),
  orderName: z.string(),
  amount: z.int().positive(),
  successUrl: z.url({ protocol: /^https?$/ }),
  failUrl: z.url({ protocol: /^https?$/ }),
  cancelUrl: z.url({ protocol: /^https?$/ }),
});
/** What the page of a payment shows, and gives to the provider's SDK. `amount` in won. */
export type HostedPayment = z.infer<typeof hostedPayment>;

export type AskedPayment =
  | { kind: 'open'; payment: HostedPayment }
  /** Nobody can pay by it any more. */
  | { kind: 'over' }
  | { kind: 'unknown' }
  | { kind: 'unavailable' }
  | { kind: 'failed' };

export type AskPayment = (id: string, requestId: string) => Promise<AskedPayment>;

const QUERY = `query HostedPage($id: ID!) {
  hostedPayment(id: $id) { sdkUrl clientKey orderId orderName amount successUrl failUrl cancelUrl }
}`;
const answer = z.object({ hostedPayment: hostedPayment.nullable() });

/** Asks the payment service for a page, as the gateway itself: whoever has the address may see it. Never rejects. */
export function openAskPayment(source: () => Pick<SubgraphSource, 'ask'>, log: Log): AskPayment {
  return async (id, requestId) => {
    try {
      const body = JSON.stringify({ query: QUERY, variables: { id } });
      const { data, errors } = await source().ask(body, { identity: GATEWAY, requestId });
      const code = errors?.[0]?.extensions?.code;
      if (code === 'NOT_FOUND') return { kind: 'unknown' };
      if (code === 'SERVICE_UNAVAILABLE') return { kind: 'unavailable' };
      if (errors) throw new Error(`the payment service said ${String(code)}`);
      const payment = answer.parse(data).hostedPayment;
      return payment ? { kind: 'open', payment } : { kind: 'over' };
    } catch (error) {
      if (isUnavailable(error)) {
        log.warn({ requestId }, 'the payment service is away, which a page needs');
        return { kind: 'unavailable' };
      }
      log.error({ requestId, err: error }, 'the page of a payment cannot be shown');
      return { kind: 'failed' };
    }
  };
}
