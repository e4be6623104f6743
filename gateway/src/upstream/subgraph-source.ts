import type { GraphQLDataSource } from '@apollo/gateway';
import {
  IDENTITY_HEADER,
  REFRESH_COOKIE_HEADER,
  signIdentity,
  type SignedRequest,
} from '@stampede/shared/identity';
import { isRead, type Exchange } from '@stampede/shared/spread';
import { spanned, traceHeaders, type Metrics } from '@stampede/shared/telemetry';
import { GraphQLError } from 'graphql';
import type { GatewayContext } from '../graphql/context.js';
import { GATEWAY } from '../identity/as-gateway.js';
import { readAnswer, readAnswers, type SubgraphAnswer } from './answer.js';
import { openGathering, type Gather, type PublicRead } from './gather.js';

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
  /**
   * Asks for what is the same for everybody, together with whoever else asks for it in this tick. The answer may be
   * somebody else's, too, and must not be changed.
   *
   * @throws Unavailable, UnusableAnswer
   */
  askTogether: Gather;
  close(): Promise<void>;
}

export interface SubgraphSourceOptions {
  /** The signature's audience. */
  name: string;
  /** To where its GraphQL is served; closed with the source. */
  exchange: Exchange;
  identitySecret: string;
  /** Whether it hears of clients, and says what becomes of their cookies: the user service does. */
  knowsClients: boolean;
  /** Whether it takes one question for many requests: the subgraphs of the house do. */
  takesMany: boolean;
  /** Seconds by subgraph and outcome. */
  duration: ReturnType<Metrics['histogram']>;
  /** Requests that went with another one's question, by subgraph. */
  gathered: ReturnType<Metrics['counter']>;
  /** Questions for many that it refused, by subgraph. */
  gatheringRefused: ReturnType<Metrics['counter']>;
}

/**
 * Asks one subgraph for a query plan's steps: signed for whoever asks, over kept connections. Of what the client
 * sent, nothing but the step's variables goes out. No mutation is sent twice: the gateway cannot know whether one that
 * was not answered happened, the client's idempotency key can.
 */
export function openSubgraphSource(options: SubgraphSourceOptions): SubgraphSource {
  const { name, exchange, identitySecret, knowsClients, takesMany, duration } = options;

  async function timed<T>(question: () => Promise<T>): Promise<T> {
    const end = duration.startTimer({ subgraph: name });
    try {
      const answer = await question();
      end({ outcome: 'answered' });
      return answer;
    } catch (error) {
      end({ outcome: 'failed' });
      throw error;
    }
  }

  const post = (signed: Omit<SignedRequest, 'audience'>, body: string) =>
    exchange.send({
      headers: {
        ...JSON_BOTH_WAYS,
        ...traceHeaders(),
        [IDENTITY_HEADER]: signIdentity(identitySecret, { audience: name, ...signed }, body),
      },
      body,
      mayRepeat: isRead(body),
    });

  const plainAsk = (body: string, context: GatewayContext): Promise<SubgraphAnswer> =>
    timed(async () => {
      const { identity, requestId } = context;
      const client = knowsClients ? context.client?.() : undefined;
      const { status, text, headers } = await post({ identity, requestId, client }, body);
      const answer = readAnswer(name, status, text);
      const cookie = knowsClients ? headers[REFRESH_COOKIE_HEADER] : undefined;
      if (typeof cookie === 'string') context.keepCookie?.(cookie);
      return answer;
    });

  const plainAskMany = (body: string, requestId: string, count: number) =>
    timed(async () => {
      const { status, text } = await post({ identity: GATEWAY, requestId }, body);
      return readAnswers(name, status, text, count);
    });

  const { ask, askMany } = spanned(
    { ask: plainAsk, askMany: plainAskMany },
    { name, kind: 'client', attributes: { 'http.request.method': 'POST', 'url.path': '/graphql' } },
    ['ask', 'askMany'],
  );

  const askAlone = (read: PublicRead, context: GatewayContext) =>
    ask(`${read.head}${read.variables}${read.tail}`, context);

  return {
    ask,
    askTogether: takesMany
      ? openGathering({
          askAlone,
          askMany,
          onGathered: (count) => options.gathered.inc({ subgraph: name }, count),
          onRefused: () => options.gatheringRefused.inc({ subgraph: name }),
        })
      : askAlone,
    process: async (step) => {
      const { query, variables, operationName } = step.request;
      const context = step.context as GatewayContext;
      try {
        const body = JSON.stringify({ query, variables, operationName });
        const { fetched } = context;
        const same = fetched?.subgraph === name && fetched.body === body;
        // The executor of plans writes into what it is given, which may be somebody else's, too.
        return await (same ? fetched.answer.then(structuredClone<SubgraphAnswer>) : ask(body, context));
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
