import type { GraphQLDataSource } from '@apollo/gateway';
import { IDENTITY_HEADER, REFRESH_COOKIE_HEADER, signIdentity } from '@stampede/shared/identity';
import type { Metrics } from '@stampede/shared/telemetry';
import { GraphQLError } from 'graphql';
import type { GatewayContext } from '../graphql/context.js';
import { readAnswer, type SubgraphAnswer } from './answer.js';
import { openExchange } from './exchange.js';

type Process = GraphQLDataSource<GatewayContext>['process'];
type Step = Parameters<Process>[0];

export interface SubgraphSource extends GraphQLDataSource<GatewayContext> {
  /**
   * Asks outside of the executor of plans.
   *
   * @param body a GraphQL request as JSON text.
   * @throws Unavailable, UnusableAnswer
   */
  ask(body: string, context: GatewayContext): Promise<SubgraphAnswer>;
  close(): Promise<void>;
}

export interface SubgraphSourceOptions {
  /** The signature's audience. */
  name: string;
  /** Where its GraphQL is served. */
  url: string;
  identitySecret: string;
  /** Whether it hears of clients, and says what becomes of their cookies: the user service does. */
  knowsClients: boolean;
  /** Milliseconds until a question is given up. */
  deadlineMs: number;
  /** Seconds by subgraph and outcome. */
  duration: ReturnType<Metrics['histogram']>;
}

/**
 * Asks one subgraph for a query plan's steps: signed for whoever asks, over kept connections. Of what the client
 * sent, nothing but the step's variables goes out. No step is sent twice: the gateway cannot know whether an
 * unanswered mutation happened, the client's idempotency key can.
 */
export function openSubgraphSource(options: SubgraphSourceOptions): SubgraphSource {
  const { name, url, identitySecret, knowsClients, deadlineMs, duration } = options;
  const exchange = openExchange(name, url, deadlineMs);

  async function ask(body: string, context: GatewayContext): Promise<SubgraphAnswer> {
    const { identity, requestId } = context;
    const end = duration.startTimer({ subgraph: name });
    try {
      const client = knowsClients ? context.client?.() : undefined;
      const signature = signIdentity(identitySecret, { audience: name, identity, requestId, client }, body);
      const { status, text, headers } = await exchange.post(
        { ...JSON_BOTH_WAYS, [IDENTITY_HEADER]: signature },
        body,
      );
      const answer = readAnswer(name, status, text);
      const cookie = knowsClients ? headers[REFRESH_COOKIE_HEADER] : undefined;
      if (typeof cookie === 'string') context.keepCookie?.(cookie);
      end({ outcome: 'answered' });
      return answer;
    } catch (error) {
      end({ outcome: 'failed' });
      throw error;
    }
  }

  return {
    ask,
    process: async (step) => {
      const { query, variables, operationName } = step.request;
      const context = step.context as GatewayContext;
      try {
        const body = JSON.stringify({ query, variables, operationName });
        const { fetched } = context;
        const same = fetched?.subgraph === name && fetched.body === body;
        return await (same ? fetched.answer : ask(body, context));
      } catch (error) {
        throw failure(step, error as Error);
      }
    },
    close: () => exchange.close(),
  };
}

const JSON_BOTH_WAYS = { 'content-type': 'application/json', accept: 'application/json' };

/** Says where in the answer something is missing, as far as there is one place. */
function failure(step: Step, originalError: Error): GraphQLError {
  const path = 'pathInIncomingRequest' in step ? (step.pathInIncomingRequest ?? []) : [];
  const list = path.indexOf('@');
  const place = list < 0 ? path : path.slice(0, list);
  return new GraphQLError(originalError.message, { originalError, ...(place.length > 0 && { path: place }) });
}
