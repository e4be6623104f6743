import { isUnavailable } from '@stampede/shared/errors';
import type { Log } from '@stampede/shared/telemetry';
import type { GatewayContext } from '../graphql/context.js';
import type { SubgraphSource } from '../upstream/subgraph-source.js';

export type Asked =
  | { kind: 'data'; data: Record<string, unknown> }
  /** What the person can do about it, in words. */
  | { kind: 'bad-input'; problems: string[] }
  /** It was refused: nothing was done. */
  | { kind: 'unavailable'; retryAfterMs: number }
  /** It was sent, or may have been, and no answer came: nobody knows whether it was done. */
  | { kind: 'unknown' }
  | { kind: 'failed' };

export type AskUser = (query: string, variables: object, context: GatewayContext) => Promise<Asked>;

const RETRY_AFTER_MS = 1_000;

/** Asks the user service for a page; never rejects. Of a failure no message is logged: it may hold what was sent. */
export function openAskUser(source: () => Pick<SubgraphSource, 'ask'>, log: Log): AskUser {
  return async (query, variables, context) => {
    const { requestId } = context;
    try {
      const { data, errors } = await source().ask(JSON.stringify({ query, variables }), context);
      const extensions = errors?.[0]?.extensions ?? {};
      const code = String(extensions.code);
      if (!errors && data) return { kind: 'data', data };
      if (code === 'BAD_USER_INPUT') return { kind: 'bad-input', problems: problemsOf(extensions.fields) };
      // Its database may have gone away while it committed.
      if (code === 'SERVICE_UNAVAILABLE') return { kind: 'unknown' };
      if (code === 'RATE_LIMITED') {
        const { retryAfterMs } = extensions;
        return { kind: 'unavailable', retryAfterMs: Number(retryAfterMs) || RETRY_AFTER_MS };
      }
      log.error({ requestId, code }, 'a page could not do what its form says');
      return { kind: 'failed' };
    } catch (error) {
      if (isUnavailable(error)) {
        log.warn({ requestId }, 'the user service is away, which a page needs');
        return { kind: 'unknown' };
      }
      log.error({ requestId, name: (error as Error).name }, 'a page could not do what its form says');
      return { kind: 'failed' };
    }
  };
}

const problemsOf = (fields: unknown): string[] =>
  (Array.isArray(fields) ? (fields as { message?: unknown }[]) : []).flatMap(({ message }) =>
    typeof message === 'string' ? [message] : [],
  );
