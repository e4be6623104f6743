import type { HTTPGraphQLResponse } from '@apollo/server';
import type { IncomingMessage } from 'node:http';

const REMEMBERED = 100;
const LONGEST = 1_000;

/**
 * Remembers in which type Apollo Server answers whoever accepts what, so that negotiating it (RFC 9110, section 12)
 * is done once for each kind of client. Clients accept a handful of things; the rest is negotiated each time.
 */
export function openContentTypes() {
  const known = new Map<string, string>();
  const keyOf = ({ headers }: IncomingMessage) => headers.accept ?? '';

  /** What is asked for stays, so that nobody can push it out with headers of their own making. */
  function use(key: string): string | undefined {
    const type = known.get(key);
    if (type === undefined) return undefined;
    known.delete(key);
    known.set(key, type);
    return type;
  }

  return {
    /** Undefined when it has to be negotiated, or the client wants to see how it is answered. */
    recall: (request: IncomingMessage): string | undefined =>
      'apollo-query-plan-experimental' in request.headers ? undefined : use(keyOf(request)),
    learn: (request: IncomingMessage, { headers, status }: HTTPGraphQLResponse): void => {
      const type = headers.get('content-type');
      const good = request.method === 'POST' && (status ?? 200) === 200 && type !== undefined;
      if (!good || keyOf(request).length > LONGEST) return;
      known.set(keyOf(request), type);
      const [unused] = known.keys();
      if (unused !== undefined && known.size > REMEMBERED) known.delete(unused);
    },
  };
}
