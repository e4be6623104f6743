import { isWatched, passing } from '../crash-points/index.js';
import { Unavailable } from '../errors/index.js';
import { IDENTITY_HEADER, signIdentity } from '../identity/index.js';
import { isRead, openExchange, openReplicas, remainingMs } from '../spread/index.js';
import { spanned, traceHeaders, type Log, type Metrics } from '../telemetry/index.js';

/** Asks another subgraph, as a service of the house, through fields that the published API does not have. */
export interface ServiceClient {
  /**
   * @throws Unavailable when the other service did not answer within the deadline, or answered that something
   * it needs is away; Error when it refused the question.
   */
  ask<T>(query: string, variables: Record<string, unknown>, requestId: string): Promise<T>;
  close(): Promise<void>;
}

export interface ServiceClientOptions {
  /** Base URLs of the other service. */
  urls: readonly string[];
  /** Its name, the signature's audience. */
  audience: string;
  /** Our own name. */
  service: string;
  identitySecret: string;
  /** Milliseconds until the question is given up. */
  deadlineMs?: number;
  /**
   * Whether what is asked is for the request alone on whose behalf it is asked: then it is given up when that is. Not of
   * what a request only set off, such as a rebuild, nor of what is asked for several together: they run on in the
   * context of the first of them, whose deadline is nobody else's.
   */
  withinRequest?: boolean;
  log: Log;
  metrics: Metrics;
}

/** Who asks. */
export type Asker = Pick<ServiceClientOptions, 'service' | 'identitySecret' | 'log' | 'metrics'>;

interface Answer {
  data?: unknown;
  errors?: { message: string; extensions?: { code?: string } }[];
}

/** Few: whoever asks so much more at once has its own work to do first. */
const AT_A_TIME = 16;

/** Opens connections to the addresses of one other service. */
export function openServiceClient(options: ServiceClientOptions): ServiceClient {
  const { urls, audience, service, identitySecret, deadlineMs = 3_000, log, metrics } = options;
  const replicas = openReplicas({ service: audience, urls, readiness: 'of several', log, metrics });
  const exchange = openExchange({ replicas, path: '/graphql', deadlineMs, atATime: AT_A_TIME, metrics });

  async function send(body: string, requestId: string): Promise<Answer> {
    const left = options.withinRequest ? remainingMs() : Infinity;
    if (left <= 0) throw new Unavailable(audience, { cause: new Error('nobody waits for it any more') });
    const identity = { kind: 'service', service } as const;
    const headers = {
      'content-type': 'application/json',
      ...traceHeaders(),
      [IDENTITY_HEADER]: signIdentity(identitySecret, { audience, identity, requestId }, body),
    };
    const { status, text } = await exchange.send({ headers, body, mayRepeat: isRead(body) }, left);
    try {
      return JSON.parse(text) as Answer;
    } catch (error) {
      throw new Unavailable(`${audience} (it answered ${status})`, { cause: error });
    }
  }

  async function ask<T>(query: string, variables: Record<string, unknown>, requestId: string): Promise<T> {
    const answer = await send(JSON.stringify({ query: query.trimStart(), variables }), requestId);
    const [refusal] = answer.errors ?? [];
    if (refusal?.extensions?.code === 'SERVICE_UNAVAILABLE') throw new Unavailable(audience);
    if (refusal) throw new Error(`${audience} refused a question of ${service}: ${refusal.message}`);
    return answer.data as T;
  }

  const client: ServiceClient = {
    ask: (query, variables, requestId) =>
      isWatched()
        ? passing(fieldOf(query), 'ask', () => ask(query, variables, requestId))
        : ask(query, variables, requestId),
    close: async () => {
      await exchange.close();
      await replicas.close();
    },
  };
  return spanned(client, { name: audience, kind: 'client' }, ['ask']);
}

/** The first field, by which its crash points are called; documents of ours have one. */
const fieldOf = (query: string): string => /\{\s*(\w+)/.exec(query)?.[1] ?? 'unknown';
