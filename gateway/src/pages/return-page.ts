import { markup, page, type Markup } from './page.js';

/**
 * `/return`: where a buyer without a client of their own comes back from the payment provider. It shows what
 * `approvePayment` needs, ready for pasting. It changes nothing itself: a GET must not spend money.
 */
export const returnPage = (publicUrl: string) =>
  page('Back from the payment', (query) => {
    const paymentId = query.get('payment') ?? '';
    // KakaoPay's name for it, and Toss Payments'.
    const token = query.get('pg_token') ?? query.get('paymentKey') ?? '';
    if (paymentId === '') return nothingHere();
    return token === '' ? notPaid(paymentId) : paid({ paymentId, token, amount: amountOf(query), publicUrl });
  });

interface Return {
  paymentId: string;
  token: string;
  amount: string | undefined;
  publicUrl: string;
}

/** Toss Payments' redirect carries it, KakaoPay's does not. */
function amountOf(query: URLSearchParams): string | undefined {
  const amount = query.get('amount') ?? '';
  return /^\d{1,15}$/.test(amount) ? amount : undefined;
}

const paid = (back: Return): Markup => markup`<h1>One step left</h1>
<p>The provider has accepted. Nothing is charged before the payment is approved here, by the buyer who is signed in:
send this to <a href="${back.publicUrl}/graphql">${back.publicUrl}/graphql</a>.</p>
<dl><dt>Payment</dt><dd><code>${back.paymentId}</code></dd><dt>Token</dt><dd><code>${back.token}</code></dd></dl>
<pre>${mutation(back)}</pre>`;

/** A string of GraphQL is written as one of JSON. */
function mutation({ paymentId, token, amount }: Return): string {
  const given = [`paymentId: ${JSON.stringify(paymentId)}`, `token: ${JSON.stringify(token)}`];
  if (amount !== undefined) given.push(`amount: ${amount}`);
  return `mutation {
  approvePayment(input: { ${given.join(', ')} }) {
    __typename
    ... on Payment { id status order { id status } }
    ... on Rejection { message }
  }
}`;
}

const notPaid = (paymentId: string): Markup => markup`<h1>Nothing was paid</h1>
<p>The payment was cancelled, or the provider refused it. The order stays payable until its hold ends: start a payment
again.</p>
<dl><dt>Payment</dt><dd><code>${paymentId}</code></dd></dl>`;

const nothingHere = (): Markup => markup`<h1>Nothing to see here</h1>
<p>This page is where a payment provider sends a buyer back to. It was opened without a payment.</p>`;
