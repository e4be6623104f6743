import { respond, type Route } from '@stampede/shared/http';
import type { IncomingMessage } from 'node:http';
import { ASSET_NAMES, readAssets } from './assets.js';
import { pageOf, policyOf, type Shown } from './page.js';

/**
 * The developers' pages: at `/graphql` Apollo Sandbox for browsers, or GraphiQL where Sandbox cannot be reached; at
 * `/graphiql` always that, which is served whole from here.
 */
export function exploreRoutes(graphql: Route): Record<string, Route> {
  const sandbox = page('sandbox');
  let reading: ReturnType<typeof readAssets> | undefined;
  const asset =
    (name: string): Route =>
    async (request, response) => {
      const found = (await (reading ??= readAssets())).get(name);
      if (!found) throw new Error(`${name} is listed, and not there`);
      const { type, body, etag } = found;
      const headers = { 'cache-control': 'no-cache', etag };
      if (request.headers['if-none-match'] === etag) response.writeHead(304, headers).end();
      else respond(response, 200, body, { ...headers, 'content-type': type });
    };
  return {
    '/graphql': (request, response, url) =>
      isBrowser(request) ? sandbox(request, response, url) : graphql(request, response, url),
    '/graphiql': getOnly(page('graphiql')),
    ...Object.fromEntries(ASSET_NAMES.map((name) => [`/graphiql/${name}`, getOnly(asset(name))])),
  };
}

function page(shown: Shown): Route {
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policyOf(shown),
    // The same address answers clients as JSON.
    vary: 'Accept',
  };
  return (_, response) => respond(response, 200, pageOf(shown), headers);
}

/** Somebody who typed the address: GraphQL clients ask for JSON, and event streams for themselves. */
const isBrowser = ({ method, headers }: IncomingMessage): boolean =>
  method === 'GET' && (headers.accept ?? '').includes('text/html');

const getOnly =
  (route: Route): Route =>
  (request, response, url) =>
    request.method === 'GET' || request.method === 'HEAD'
      ? route(request, response, url)
      : respond(response, 405, 'Method not allowed.\n', { allow: 'GET, HEAD' });
