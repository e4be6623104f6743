import { respond, type Route } from '@stampede/shared/http';
import type { Language } from '@stampede/shared/identity';
import type { ServerResponse } from 'node:http';
import { languageOf } from '../client/language.js';
import { markup, type Markup } from './markup.js';

export interface Page {
  title: string;
  content: Markup;
  /** 200 unless it says otherwise. */
  status?: number;
  /** Whether a form of it may be sent here. */
  hasForm?: boolean;
  headers?: Record<string, string>;
}

/** What a page shows, in the reader's language. */
export type Show = (query: URLSearchParams, language: Language) => Page;

/** A route that shows a page, by GET only. */
export function page(show: Show): Route {
  return (request, response, { searchParams }) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      respond(response, 405, 'Method not allowed.\n', { allow: 'GET, HEAD' });
      return;
    }
    const language = languageOf(request.headers['accept-language']);
    showPage(response, show(searchParams, language), language);
  };
}

export function showPage(response: ServerResponse, shown: Page, language: Language): void {
  const { status = 200, hasForm = false, headers } = shown;
  respond(response, status, wholePage(shown, language), { ...headersFor(hasForm), ...headers });
}

const headersFor = (hasForm: boolean) => ({
  'content-type': 'text/html; charset=utf-8',
  // Nothing but the page's own style: no script runs, whatever an address carries.
  'content-security-policy': `default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action ${hasForm ? "'self'" : "'none'"}; frame-ancestors 'none'`,
  'cache-control': 'no-store',
  // The address of a page may hold a token. A form's own origin has to be told to this house, and is not under
  // `no-referrer`: browsers then send `Origin: null` (Fetch standard, "append a request Origin header").
  'referrer-policy': hasForm ? 'same-origin' : 'no-referrer',
  vary: 'Accept-Language',
});

const wholePage = ({ title, content }: Page, language: Language) =>
  markup`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
dt { color: #666; } dd { margin: 0 0 .5rem; overflow-wrap: anywhere; }
pre { background: #f4f4f4; padding: 1rem; white-space: pre-wrap; overflow-wrap: anywhere; }
label { display: block; margin: 0 0 1rem; } input { display: block; font: inherit; width: 20rem; max-width: 100%; }
button { font: inherit; padding: .4rem 1rem; } .problem { color: #a00; }
</style>
</head>
<body>
${content}
</body>
</html>
`.source;
