import { appendQuery } from '../append-query.js';
import { document, markup } from '../html.js';
import { html, redirect, type Answer, type Request } from '../http.js';
import { messageOf, type ErrorCode, type Language } from './errors.js';
import type { Ledger } from './ledger.js';
import { problemPage } from './open-window.js';
import type { Payment } from './payment.js';

/** The buyer's page. GET shows it, POST of its form decides, once; later visits lead where the first decision led. */
export function visitWindow(
  ledger: Ledger,
  payment: Payment,
  { method, body }: Request,
  language: Language,
): Answer {
  if (payment.leftTo !== undefined) return redirect(payment.leftTo);
  if (payment.status === 'EXPIRED') {
    return leave(
      payment,
      appendQuery(payment.failUrl, failed('NOT_FOUND_PAYMENT_SESSION', payment, language)),
    );
  }
  if (method === 'POST') return decide(ledger, payment, choiceIn(body), language);
  return html(200, form(payment));
}

/** An empty form, as a script may post it, pays. */
function choiceIn(body: string): string {
  return body === '' ? 'card' : (new URLSearchParams(body).get('choice') ?? '');
}

function decide(ledger: Ledger, payment: Payment, choice: string, language: Language): Answer {
  switch (choice) {
    case 'card':
      return pay(ledger, payment, { means: 'card' });
    case 'easy-pay':
      return pay(ledger, payment, { means: 'easy-pay' });
    case 'refused':
      return pay(ledger, payment, { means: 'card', refusal: 'REJECT_CARD_COMPANY' });
    case 'insufficient':
      return pay(ledger, payment, { means: 'easy-pay', refusal: 'REJECT_ACCOUNT_PAYMENT' });
    case 'cancel':
    case 'fail':
      return giveUp(ledger, payment, choice, language);
    default:
      return problemPage('There is no such choice');
  }
}

function pay(ledger: Ledger, payment: Payment, how: Pick<Payment, 'means' | 'refusal'>): Answer {
  const { orderId, paymentKey, amount } = payment;
  Object.assign(payment, how, { authenticatedAt: ledger.now() });
  ledger.move(payment, 'IN_PROGRESS');
  const parameters = { paymentType: 'NORMAL', orderId, paymentKey, amount: String(amount) };
  return leave(payment, appendQuery(payment.successUrl, parameters));
}

const GIVEN_UP = {
  cancel: {
    code: 'PAY_PROCESS_CANCELED',
    ko: '사용자에 의해 결제가 취소되었습니다.',
    en: 'The buyer cancelled the payment.',
  },
  fail: { code: 'PAY_PROCESS_ABORTED', ko: '결제 진행 중 오류가 발생했습니다.', en: 'The payment failed.' },
};

function giveUp(ledger: Ledger, payment: Payment, how: 'cancel' | 'fail', language: Language): Answer {
  const { code, [language]: message } = GIVEN_UP[how];
  payment.failure = { code, message };
  ledger.move(payment, 'ABORTED');
  const { orderId, failUrl } = payment;
  // Who cancels leaves without the order id.
  return leave(payment, appendQuery(failUrl, { code, message, ...(how === 'fail' && { orderId }) }));
}

function leave(payment: Payment, to: string): Answer {
  payment.leftTo = to;
  return redirect(to);
}

function failed(code: ErrorCode, { orderId }: Payment, language: Language): Record<string, string> {
  return { code, message: messageOf(code, language), orderId };
}

function form({ page, orderName, orderId, amount }: Payment): string {
  return document(
    'Toss Payments (emulated)',
    markup`<h1>Toss Payments <small>(emulated: no money moves)</small></h1>
<dl>
<dt>Item</dt><dd>${orderName}</dd>
<dt>Amount</dt><dd>₩${amount.toLocaleString('en-US')}</dd>
<dt>Order id</dt><dd>${orderId}</dd>
</dl>
<form method="post" action="/toss/payment-window/${page}">
<button class="pay" name="choice" value="card">Pay with card</button>
<button class="pay" name="choice" value="easy-pay">Pay with Toss Pay</button>
<button name="choice" value="refused">Pay with a card that the bank will refuse</button>
<button name="choice" value="insufficient">Pay from a balance that is too low</button>
<button name="choice" value="fail">Fail here (to the shop’s failUrl)</button>
<button name="choice" value="cancel">Cancel (to the shop’s failUrl)</button>
</form>`,
  );
}
