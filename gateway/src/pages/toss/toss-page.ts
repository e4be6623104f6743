import { respond, type Route } from '@stampede/shared/http';
import type { Language } from '@stampede/shared/identity';
import { randomUUID } from 'node:crypto';
import { languageOf } from '../../client/language.js';
import { Markup, markup } from '../markup.js';
import { showPage, type Page } from '../page.js';
import type { AskedPayment, AskPayment, HostedPayment } from './ask-payment.js';
import { sdkPolicy } from './sdk-policy.js';
import { WORDS, type Said } from './words.js';

export const TOSS_PAGES = '/pay/toss/';

/** As payments are called. Nobody is asked about what is no payment's name. */
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const RETRY_AFTER_S = 5;

/**
 * `/pay/toss/ID`: Toss Payments has no page that a server could send a buyer to, so this is the one. Its script opens
 * the provider's window, which leads back to where the payment was started from. It changes nothing itself.
 */
export const tossPage =
  (askPayment: AskPayment): Route =>
  async (request, response, { pathname }) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return respond(response, 405, 'Method not allowed.\n', { allow: 'GET, HEAD' });
    }
    const language = languageOf(request.headers['accept-language']);
    const requestId = randomUUID();
    response.setHeader('x-request-id', requestId);
    const id = pathname.slice(TOSS_PAGES.length);
    const asked: AskedPayment = ID.test(id) ? await askPayment(id, requestId) : { kind: 'unknown' };
    showPage(response, pageFor(asked, language), language);
  };

function pageFor(asked: AskedPayment, language: Language): Page {
  const words = WORDS[language];
  switch (asked.kind) {
    case 'open':
      return payable(asked.payment, language);
    case 'over':
      return plain(410, words.over);
    case 'unknown':
      return plain(404, words.unknown);
    case 'unavailable':
      return { ...plain(503, words.away), headers: { 'retry-after': String(RETRY_AFTER_S) } };
    case 'failed':
      return plain(500, words.away);
    default:
      return asked satisfies never;
  }
}

function payable({ cancelUrl, ...payment }: HostedPayment, language: Language): Page {
  const words = WORDS[language];
  const won = new Intl.NumberFormat(language, { style: 'currency', currency: 'KRW' });
  return {
    title: words.title,
    content: markup`<h1>${words.title}</h1>
<dl><dt>${words.item}</dt><dd>${payment.orderName}</dd>
<dt>${words.amount}</dt><dd>${won.format(payment.amount)}</dd></dl>
<noscript><p class="problem">${words.noScript}</p></noscript>
<p role="status" data-note="opening" hidden>${words.opening}</p>
<p class="problem" role="alert" data-note="unreachable" hidden>${words.unreachable}</p>
<p role="alert" data-note="closed" hidden>${words.closed}</p>
<p><button id="pay" type="button" disabled>${words.pay}</button></p>
<p><a href="${cancelUrl}" rel="noreferrer">${words.goBack}</a></p>
${json('toss-payment', payment)}
<script type="module" src="/pay/toss.js"></script>`,
    headers: {
      'content-security-policy': sdkPolicy(payment.sdkUrl),
      // The SDK may open a window of its own, which has to find its way back here.
      'cross-origin-opener-policy': 'same-origin-allow-popups',
      // The provider is told whose page it is, not whose payment.
      'referrer-policy': 'strict-origin',
    },
  };
}

/** Data for a script. Nothing in it can end its element: an item may be called anything. */
const json = (id: string, value: object): Markup =>
  new Markup(
    `<script type="application/json" id="${id}">${JSON.stringify(value).replaceAll('<', '\\u003c')}</script>`,
  );

const plain = (status: number, [title, text]: Said): Page => ({
  status,
  title,
  content: markup`<h1>${title}</h1>
<p>${text}</p>`,
});
