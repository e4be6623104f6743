import type { IncomingMessage, ServerResponse } from 'node:http';

/** Apollo's hosted pages, from which a developer may query a local start. */
export const SANDBOX_ORIGINS = [
  'https://studio.apollographql.com',
  'https://sandbox.embed.apollographql.com',
];

/**
 * Lets pages of some origins read the answer (Fetch standard, CORS protocol); others get no such header.
 *
 * @param withCookies origins whose requests carry the client's cookies.
 * @param without others, which ask for themselves alone.
 */
export function openCors(withCookies: readonly string[], without: readonly string[]) {
  const trusted = new Set(withCookies);
  const allowed = new Set([...withCookies, ...without]);
  return (request: IncomingMessage, response: ServerResponse): void => {
    if (allowed.size > 0) response.setHeader('vary', 'Origin');
    const { origin } = request.headers;
    if (origin === undefined || !allowed.has(origin)) return;
    response.setHeader('access-control-allow-origin', origin);
    if (trusted.has(origin)) response.setHeader('access-control-allow-credentials', 'true');
    response.setHeader('access-control-expose-headers', 'x-request-id, x-trace-id, retry-after');
    if (request.method !== 'OPTIONS') return;
    response.setHeader('access-control-allow-methods', 'GET, POST');
    response.setHeader(
      'access-control-allow-headers',
      request.headers['access-control-request-headers'] ?? '',
    );
    response.setHeader('access-control-max-age', '600');
  };
}

export type Cors = ReturnType<typeof openCors>;
