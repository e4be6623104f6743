import type { Route } from '@stampede/shared/http';
import { annotate, inEntrySpan, tracer } from '@stampede/shared/telemetry';

/**
 * A route whose answers are spans, so that what it asks of services is in the trace of whoever came to it. For those
 * that ask; the route itself where nothing is traced.
 *
 * @param path of the code, never what was asked for: that may hold a token.
 */
export function inRouteSpan(path: string, route: Route): Route {
  if (tracer() === undefined) return route;
  return (request, response, url) => {
    const { method = 'GET', headers } = request;
    const { traceparent } = headers;
    return inEntrySpan(
      {
        name: `${method} ${path}`,
        kind: 'server',
        attributes: { 'http.request.method': method, 'http.route': path },
        traceparent: typeof traceparent === 'string' ? traceparent : undefined,
        isPublic: true,
        requestId: undefined,
      },
      async () => {
        await route(request, response, url);
        annotate({ 'http.response.status_code': response.statusCode });
      },
    );
  };
}
