import type { Calls } from '../calls.js';
import type { Faults, OperationOf } from '../faults.js';
import { html, json, redirect, script, type Answer, type Request } from '../http.js';
import { document, markup } from '../html.js';
import type { LateCalls } from '../late-calls.js';
import { openApi } from './api.js';
import { failure, languageOf } from './errors.js';
import { Ledger } from './ledger.js';
import { openWindow } from './open-window.js';
import { paymentObject } from './payment-object.js';
import { SDK } from './sdk.js';
import { visitWindow } from './visit-window.js';
import { openWebhooks, type WebhookOptions } from './webhooks/webhooks.js';

const WINDOW = /^\/toss\/payment-window\/([0-9a-f]{32})$/;

export interface TossOptions extends WebhookOptions {
  /** How long a buyer may take to pay, in ms. */
  windowMs: number;
  /** How long a payment that its buyer made may wait to be confirmed, in ms. */
  confirmWindowMs: number;
}

export interface TossParts extends TossOptions {
  faults: Faults;
  lateCalls: LateCalls;
  now: () => Date;
  /** Where this process is reached. */
  origin: () => string;
}

export interface TossEmulator {
  calls: Calls<OperationOf<'toss'>>;
  payments(): number;
  answer(request: Request): Answer | Promise<Answer>;
  close(): Promise<void>;
}

/** Toss Payments under /toss: its API, its browser SDK, and the window where a buyer pays. */
export function openToss({ origin, ...parts }: TossParts): TossEmulator {
  const base = (): string => `${origin()}/toss`;
  const webhooks = openWebhooks({ ...parts, describe: (payment) => paymentObject(payment, base()) });
  const ledger = new Ledger({ ...parts, changed: webhooks.changed });
  webhooks.watchExpiry(ledger);
  const api = openApi({ ...parts, ledger, base });

  /** A visit of the address that the SDK leads to begins a payment; by POST, as a script pays, it decides as well. */
  function openedWindow(request: Request): Answer {
    const language = languageOf(request.headers['accept-language']);
    const opened = openWindow(ledger, request.query, language);
    if ('answer' in opened) return opened.answer;
    if (request.method === 'POST') return visitWindow(ledger, opened.payment, request, language);
    return redirect(`${base()}/payment-window/${opened.payment.page}`);
  }

  function visitedWindow(page: string, request: Request): Answer {
    const payment = ledger.byPage(page);
    if (!payment) return html(404, document('Not found', markup`<h1>There is no such payment</h1>`));
    return visitWindow(ledger, payment, request, languageOf(request.headers['accept-language']));
  }

  function answer(request: Request): Answer | Promise<Answer> {
    const { method, path, query } = request;
    if (/^\/toss\/webhooks\b/.test(path)) return webhooks.answer(request, ledger);
    if (path.startsWith('/toss/v1/payments/')) return api.answer(request);
    if (method === 'GET' && path === '/toss/v2/standard') return script(SDK);
    if (method === 'GET' && path === '/toss/calls') {
      return json(200, api.counts(query.get('paymentKey') ?? query.get('orderId')));
    }
    if (method === 'GET' || method === 'POST') {
      if (path === '/toss/payment-window') return openedWindow(request);
      const page = WINDOW.exec(path)?.[1];
      if (page !== undefined) return visitedWindow(page, request);
    }
    return failure('NOT_FOUND', languageOf(request.headers['accept-language']));
  }

  return { calls: api.calls, payments: () => ledger.size, answer, close: webhooks.close };
}
