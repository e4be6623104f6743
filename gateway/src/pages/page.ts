import { respond, type Route } from '@stampede/shared/http';

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** HTML that is safe to put into a page. */
export class Markup {
  constructor(readonly source: string) {}
}

/** A template whose values are escaped, unless they are such templates themselves. */
export function markup(strings: TemplateStringsArray, ...values: (string | Markup)[]): Markup {
  const safe = values.map((value) => (value instanceof Markup ? value.source : escape(value)));
  return new Markup(String.raw({ raw: strings }, ...safe));
}

const escape = (text: string) => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  // Nothing but the page's own style: no script runs, whatever an address carries.
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  // The address of a page may hold a payment token.
  'referrer-policy': 'no-referrer',
};

/** A route that shows a page, by GET only. */
export function page(title: string, content: (query: URLSearchParams) => Markup): Route {
  return (request, response, url) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      respond(response, 405, 'Method not allowed.\n', { allow: 'GET, HEAD' });
      return;
    }
    respond(response, 200, wholePage(title, content(url.searchParams)), HEADERS);
  };
}

const wholePage = (title: string, content: Markup) =>
  markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
dt { color: #666; } dd { margin: 0 0 .5rem; overflow-wrap: anywhere; }
pre { background: #f4f4f4; padding: 1rem; white-space: pre-wrap; overflow-wrap: anywhere; }
</style>
</head>
<body>
${content}
</body>
</html>
`.source;
