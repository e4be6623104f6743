import type { Language } from '@stampede/shared/identity';
import { markup } from './markup.js';
import { page, type Page } from './page.js';

/**
 * `/return`: where a buyer without a client of their own comes back from the payment provider. It shows what
 * `approvePayment` needs, or of who has not paid `abandonPayment`, ready for pasting. It changes nothing itself: a GET
 * must not spend money.
 */
export const returnPage = (publicUrl: string) =>
  page((query, language) => {
    const paymentId = query.get('payment') ?? '';
    // KakaoPay's name for it, and Toss Payments'.
    const token = query.get('pg_token') ?? query.get('paymentKey') ?? '';
    if (paymentId === '') return nothingHere(language);
    // Toss Payments adds the code, and we the outcome.
    const isOver = token === '' || query.has('code') || query.has('outcome');
    if (isOver) return notPaid(paymentId, codeOf(query), publicUrl, language);
    return paid({ paymentId, token, amount: amountOf(query), publicUrl }, language);
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

/** Why Toss Payments sends somebody back unpaid. Its message is not shown: anybody can write one into an address. */
function codeOf(query: URLSearchParams): string | undefined {
  const code = query.get('code') ?? '';
  return /^[A-Z][A-Z0-9_]{1,99}$/.test(code) ? code : undefined;
}

function paid(back: Return, language: Language): Page {
  const words = WORDS[language];
  return {
    title: words.title,
    content: markup`<h1>${words.left}</h1>
<p>${words.leftText} <a href="${back.publicUrl}/graphql">${back.publicUrl}/graphql</a>.</p>
<dl><dt>${words.payment}</dt><dd><code>${back.paymentId}</code></dd><dt>${words.token}</dt><dd><code>${back.token}</code></dd></dl>
<pre>${approval(back)}</pre>`,
  };
}

/** A string of GraphQL is written as one of JSON. */
function approval({ paymentId, token, amount }: Return): string {
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

function notPaid(paymentId: string, code: string | undefined, publicUrl: string, language: Language): Page {
  const words = WORDS[language];
  return {
    title: words.title,
    content: markup`<h1>${words.notPaid}</h1>
<p>${words.notPaidText}</p>
<dl><dt>${words.payment}</dt><dd><code>${paymentId}</code></dd>
${code === undefined ? [] : markup`<dt>${words.code}</dt><dd><code>${code}</code></dd>`}</dl>
<p>${words.abandonText} <a href="${publicUrl}/graphql">${publicUrl}/graphql</a>.</p>
<pre>${abandonment(paymentId)}</pre>`,
  };
}

const abandonment = (paymentId: string) => `mutation {
  abandonPayment(id: ${JSON.stringify(paymentId)}) {
    id status declineReason order { id status payBy }
  }
}`;

function nothingHere(language: Language): Page {
  const words = WORDS[language];
  return {
    title: words.title,
    content: markup`<h1>${words.nothing}</h1>
<p>${words.nothingText}</p>`,
  };
}

const WORDS = {
  en: {
    title: 'Back from the payment',
    left: 'One step left',
    leftText:
      'The provider has accepted. Nothing is charged before the payment is approved here, by the buyer who is signed in: send this to',
    payment: 'Payment',
    token: 'Token',
    notPaid: 'Nothing was paid',
    notPaidText:
      'The payment was cancelled, or the provider refused it. The order stays payable until its hold ends: start a payment again.',
    code: 'Why',
    abandonText:
      'Who will not come back to this payment may give it up: the buyer who is signed in sends this to',
    nothing: 'Nothing to see here',
    nothingText:
      'This page is where a payment provider sends a buyer back to. It was opened without a payment.',
  },
  ko: {
    title: '결제에서 돌아왔습니다',
    left: '한 단계 남았습니다',
    leftText:
      '결제사가 승낙했습니다. 로그인한 구매자가 여기에서 결제를 승인하기 전에는 청구되지 않습니다. 아래 내용을 보내 주세요:',
    payment: '결제',
    token: '토큰',
    notPaid: '결제되지 않았습니다',
    notPaidText: '결제가 취소되었거나 거절되었습니다. 확보 시간이 끝나기 전에는 다시 결제할 수 있습니다.',
    code: '사유',
    abandonText: '이 결제를 더 진행하지 않으려면 로그인한 구매자가 아래 내용을 보내 주세요:',
    nothing: '표시할 내용이 없습니다',
    nothingText: '결제사가 구매자를 돌려보내는 페이지입니다. 결제 정보 없이 열렸습니다.',
  },
} satisfies Record<Language, object>;
