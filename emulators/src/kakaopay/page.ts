import { randomBytes } from 'node:crypto';
import { appendQuery } from '../append-query.js';
import { document, markup } from '../html.js';
import { html, redirect, type Answer, type Request } from '../http.js';
import { korean } from './answers.js';
import type { Ledger, Method, Payment } from './ledger.js';

/** The buyer's page. GET shows it, POST of its form decides, once; later visits lead where the first decision led. */
export function page(ledger: Ledger, id: string, request: Request): Answer {
  const payment = ledger.byPage(id);
  if (!payment) return html(404, document('Not found', markup`<h1>There is no such payment</h1>`));
  if (payment.leftTo !== undefined) return redirect(payment.leftTo);
  if (ledger.hasExpired(payment)) return redirect(payment.failUrl);
  if (request.method === 'POST') return decide(payment, choiceIn(request.body, payment));
  payment.status = 'OPEN_PAYMENT';
  return html(200, form(payment, request.path));
}

/** An empty form, as a script may post it, pays by the first means that the shop takes. */
function choiceIn(body: string, payment: Payment): string {
  if (body === '') return payment.onlyMethod === 'MONEY' ? 'money' : 'card';
  return new URLSearchParams(body).get('choice') ?? '';
}

function decide(payment: Payment, choice: string): Answer {
  switch (choice) {
    case 'card':
    case 'refused':
      return pay(payment, 'CARD', choice === 'refused');
    case 'money':
      return pay(payment, 'MONEY', false);
    case 'cancel':
      payment.status = 'QUIT_PAYMENT';
      return leave(payment, payment.cancelUrl);
    case 'fail':
      payment.status = 'FAIL_PAYMENT';
      return leave(payment, payment.failUrl);
    default:
      return html(400, document('Bad choice', markup`<h1>There is no such choice</h1>`));
  }
}

function pay(payment: Payment, method: Method, refusedByBank: boolean): Answer {
  if (payment.onlyMethod && method !== payment.onlyMethod) {
    return html(400, document('Bad choice', markup`<h1>The shop takes ${payment.onlyMethod} only</h1>`));
  }
  payment.method = method;
  payment.refusedByBank = refusedByBank;
  payment.pgToken = randomBytes(10).toString('hex');
  payment.status = 'AUTH_PASSWORD';
  return leave(payment, appendQuery(payment.approvalUrl, { pg_token: payment.pgToken }));
}

function leave(payment: Payment, to: string): Answer {
  payment.leftTo = to;
  return redirect(to);
}

function form(payment: Payment, action: string): string {
  const { amount, itemName, quantity, onlyMethod } = payment;
  return document(
    'KakaoPay (emulated)',
    markup`<h1>KakaoPay <small>(emulated: no money moves)</small></h1>
<dl>
<dt>Item</dt><dd>${itemName} × ${quantity}</dd>
<dt>Amount</dt><dd>₩${amount.total.toLocaleString('en-US')}</dd>
<dt>Since</dt><dd>${korean(payment.createdAt)} (Seoul)</dd>
</dl>
<form method="post" action="${action}">
${onlyMethod === 'MONEY' ? '' : markup`<button class="pay" name="choice" value="card">Pay with card</button>`}
${onlyMethod === 'CARD' ? '' : markup`<button class="pay" name="choice" value="money">Pay with KakaoPay money</button>`}
${onlyMethod === 'MONEY' ? '' : markup`<button name="choice" value="refused">Pay with a card that the bank will refuse</button>`}
<button name="choice" value="fail">Fail here (to the shop’s fail_url)</button>
<button name="choice" value="cancel">Cancel (to the shop’s cancel_url)</button>
</form>`,
  );
}
