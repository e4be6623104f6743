import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { appendQuery } from '../append-query.js';
import { document, markup } from '../html.js';
import { html, redirect, type Answer, type Request } from '../http.js';
import { messageOf, type ErrorCode, type Language } from './errors.js';
import { CLIENT_KEY } from './keys.js';
import { isApproved, type Ledger, type Payment } from './ledger.js';
import { MAX_AMOUNT, orderId } from './requests.js';

const MIN_AMOUNT = 100;

const won = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);
const address = z.url({ protocol: /^https?$/ });

/** What the browser's SDK puts into the address of the window. */
const request = z
  .object({
    clientKey: z.string(),
    method: z.literal('CARD').default('CARD'),
    currency: z.literal('KRW').default('KRW'),
    amount: won,
    taxFreeAmount: won.default(0),
    orderId,
    orderName: z.string().min(1).max(100),
    successUrl: address,
    failUrl: address,
  })
  .refine(({ amount, taxFreeAmount }) => taxFreeAmount <= amount, { path: ['taxFreeAmount'] });
type WindowRequest = z.infer<typeof request>;

/** Begins the payment that an address describes, or answers what is wrong with it: at its failUrl, where it has one. */
export function openWindow(
  ledger: Ledger,
  query: URLSearchParams,
  language: Language,
): { payment: Payment } | { answer: Answer } {
  const parsed = request.safeParse(Object.fromEntries(query));
  if (!parsed.success) {
    const fields = parsed.error.issues.map((issue) => issue.path.join('.'));
    return { answer: badRequest(`The request is wrong in: ${fields.join(', ')}`) };
  }
  const asked = parsed.data;
  if (asked.clientKey !== CLIENT_KEY)
    return { answer: badRequest(messageOf('INVALID_CLIENT_KEY', language)) };
  const refusal = refusalOf(ledger, asked);
  if (refusal) {
    const { failUrl, orderId } = asked;
    const parameters = { code: refusal, message: messageOf(refusal, language), orderId };
    return { answer: redirect(appendQuery(failUrl, parameters)) };
  }
  const payment = paymentOf(asked, ledger.now());
  ledger.add(payment);
  return { payment };
}

function refusalOf(ledger: Ledger, { amount, orderId }: WindowRequest): ErrorCode | undefined {
  if (amount < MIN_AMOUNT) return 'BELOW_MINIMUM_AMOUNT';
  if (amount > MAX_AMOUNT) return 'EXCEED_MAX_AMOUNT';
  return ledger.ofOrder(orderId).some(isApproved) ? 'DUPLICATED_ORDER_ID' : undefined;
}

function paymentOf(asked: WindowRequest, requestedAt: Date): Payment {
  const { amount, taxFreeAmount, orderId, orderName, successUrl, failUrl } = asked;
  return {
    paymentKey: `tlocal${randomBytes(24).toString('hex')}`,
    page: randomBytes(16).toString('hex'),
    secret: `ps_${randomBytes(16).toString('hex')}`,
    orderId,
    orderName,
    amount,
    taxFreeAmount,
    successUrl,
    failUrl,
    requestedAt,
    status: 'READY',
    cancels: [],
  };
}

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
      return badRequest('There is no such choice');
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

function badRequest(problem: string): Answer {
  return html(400, document('Toss Payments (emulated)', markup`<h1>${problem}</h1>`));
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
