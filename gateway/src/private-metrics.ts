import { respond, type Route } from '@stampede/shared/http';
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** What proxies add to a request on its way (RFC 9110, section 7.6.3; RFC 7239), and its forerunner. */
const FORWARDED = ['via', 'forwarded', 'x-forwarded-for'];

/**
 * `/metrics` is on the port that the public reaches, and is none of its business: what sells, how fast, what is broken.
 *
 * @param token whoever has it reads, however they come (`Authorization: Bearer`). Without one whoever reaches the
 * process itself does, as Prometheus does; a request that a proxy forwarded finds nothing here.
 */
export const privateMetrics =
  (metrics: Route, token: string | undefined): Route =>
  (request, response, url) => {
    if (token === undefined && FORWARDED.some((name) => request.headers[name] !== undefined)) {
      return respond(response, 404, 'Not found.\n');
    }
    if (token !== undefined && !has(request, token)) {
      return respond(response, 401, 'This needs a token.\n', { 'www-authenticate': 'Bearer' });
    }
    return metrics(request, response, url);
  };

function has({ headers }: IncomingMessage, token: string): boolean {
  return timingSafeEqual(digest(headers.authorization ?? ''), digest(`Bearer ${token}`));
}

/** Of one length, whatever was sent. */
const digest = (text: string) => createHash('sha256').update(text).digest();
