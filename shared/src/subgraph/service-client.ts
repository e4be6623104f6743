import { Pool } from 'undici';
import { Unavailable } from '../errors/index.js';
import { IDENTITY_HEADER, signIdentity } from '../identity/index.js';

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
}

interface Answer {
  data?: unknown;
  errors?: { message: string; extensions?: { code?: string } }[];
}

/** Opens a pool of connections to one other service. */
export function openServiceClient(options: ServiceClientOptions): ServiceClient {
  const { urls, audience, service, identitySecret, deadlineMs = 3_000 } = options;
  const pool = new Pool(urls[0] ?? '', { connections: 16, keepAliveTimeout: 30_000 });

  async function send(body: string, requestId: string): Promise<Answer> {
    const identity = { kind: 'service', service } as const;
    try {
      const response = await pool.request({
        method: 'POST',
        path: '/graphql',
        headers: {
          'content-type': 'application/json',
          [IDENTITY_HEADER]: signIdentity(identitySecret, { audience, identity, requestId }, body),
        },
        body,
        signal: AbortSignal.timeout(deadlineMs),
      });
      return (await response.body.json()) as Answer;
    } catch (error) {
      throw new Unavailable(audience, { cause: error });
    }
  }

  return {
    ask: async <T>(query: string, variables: Record<string, unknown>, requestId: string) => {
      const answer = await send(JSON.stringify({ query, variables }), requestId);
      const [refusal] = answer.errors ?? [];
      if (refusal?.extensions?.code === 'SERVICE_UNAVAILABLE') throw new Unavailable(audience);
      if (refusal) throw new Error(`${audience} refused a question of ${service}: ${refusal.message}`);
      return answer.data as T;
    },
    close: () => pool.close(),
  };
}
