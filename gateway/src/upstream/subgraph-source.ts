import type { GraphQLDataSource } from '@apollo/gateway';
import { Unavailable } from '@stampede/shared/errors';
import { IDENTITY_HEADER, signIdentity } from '@stampede/shared/identity';
import type { Metrics } from '@stampede/shared/telemetry';
import { GraphQLError } from 'graphql';
import { Pool } from 'undici';
import type { GatewayContext } from '../graphql/context.js';
import { readAnswer } from './answer.js';

type Process = GraphQLDataSource<GatewayContext>['process'];
type Step = Parameters<Process>[0];

export interface SubgraphSource extends GraphQLDataSource<GatewayContext> {
  close(): Promise<void>;
}

export interface SubgraphSourceOptions {
  /** The signature's audience. */
  name: string;
  /** Where its GraphQL is served. */
  url: string;
  identitySecret: string;
  /** Milliseconds until a question is given up. */
  deadlineMs: number;
  /** Seconds by subgraph and outcome. */
  duration: ReturnType<Metrics['histogram']>;
}

/** More sockets than this do not make a subgraph of one process faster; what is over waits its turn here. */
const CONNECTIONS = 256;

/**
 * Asks one subgraph for a query plan's steps: signed for whoever asks, over kept connections. Of what the client
 * sent, nothing but the step's variables goes out. No step is sent twice: the gateway cannot know whether an
 * unanswered mutation happened, the client's idempotency key can.
 */
export function openSubgraphSource(options: SubgraphSourceOptions): SubgraphSource {
  const { name, url, identitySecret, deadlineMs, duration } = options;
  const { origin, pathname, search } = new URL(url);
  const path = pathname + search;
  // The deadline bounds a request as a whole; undici's own per phase would only come on top.
  const pool = new Pool(origin, { connections: CONNECTIONS, headersTimeout: 0, bodyTimeout: 0 });

  async function send(body: string, { identity, requestId }: GatewayContext) {
    try {
      const response = await pool.request({
        method: 'POST',
        path,
        headers: {
          'content-type': 'application/json',
          accept: 'application/json',
          [IDENTITY_HEADER]: signIdentity(identitySecret, { audience: name, identity, requestId }, body),
        },
        body,
        signal: AbortSignal.timeout(deadlineMs),
      });
      return { status: response.statusCode, text: await response.body.text() };
    } catch (error) {
      throw new Unavailable(name, { cause: error });
    }
  }

  return {
    process: async (step) => {
      const { query, variables, operationName } = step.request;
      const end = duration.startTimer({ subgraph: name });
      try {
        const body = JSON.stringify({ query, variables, operationName });
        const { status, text } = await send(body, step.context as GatewayContext);
        const answer = readAnswer(name, status, text);
        end({ outcome: 'answered' });
        return answer;
      } catch (error) {
        end({ outcome: 'failed' });
        throw failure(step, error as Error);
      }
    },
    close: () => pool.close(),
  };
}

/** Says where in the answer something is missing, as far as there is one place. */
function failure(step: Step, originalError: Error): GraphQLError {
  const path = 'pathInIncomingRequest' in step ? (step.pathInIncomingRequest ?? []) : [];
  const list = path.indexOf('@');
  const place = list < 0 ? path : path.slice(0, list);
  return new GraphQLError(originalError.message, { originalError, ...(place.length > 0 && { path: place }) });
}
