import { respond, type Route } from '@stampede/shared/http';
import { readFileSync } from 'node:fs';

/** `/pay/toss.js`: what the page of a payment runs. A plain module, served as it is. */
export function tossScript(): Route {
  const script = readFileSync(new URL('../../../browser/pay/toss.js', import.meta.url), 'utf8');
  return (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return respond(response, 405, 'Method not allowed.\n', { allow: 'GET, HEAD' });
    }
    respond(response, 200, script, {
      'content-type': 'text/javascript; charset=utf-8',
      // A page and a script of two releases would not know each other.
      'cache-control': 'no-cache',
    });
  };
}
