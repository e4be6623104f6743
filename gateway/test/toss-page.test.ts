import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Unavailable } from '@stampede/shared/errors';
import { listen, type HttpListener } from '@stampede/shared/http';
import type { Identity } from '@stampede/shared/identity';
import { openAskPayment } from '../src/pages/toss/ask-payment.js';
import { sdkPolicy } from '../src/pages/toss/sdk-policy.js';
import { tossPage } from '../src/pages/toss/toss-page.js';
import { log } from './fixtures/house.js';

const ID = '0d1f7a52-8b1f-4a0e-9a5c-3f0c6a3f3f11';
const EVIL = '</script><script>alert(1)</script> & "Fox"';
const PAYMENT = {
  sdkUrl: 'http://localhost:4100/toss/v2/standard',
  clientKey: 'test_ck_1',
  orderId: ID,
  orderName: EVIL,
  amount: 22_000,
  successUrl: `http://localhost:4000/return?payment=${ID}`,
  failUrl: `http://localhost:4000/return?payment=${ID}&outcome=failed`,
};
const cancelUrl = `http://localhost:4000/return?payment=${ID}&outcome=cancelled`;

const asked: { variables: unknown; identity: Identity }[] = [];
let answer: () => object;
let listener: HttpListener;
beforeAll(async () => {
  const ask = (body: string, { identity }: { identity: Identity }) => {
    asked.push({ variables: (JSON.parse(body) as { variables: unknown }).variables, identity });
    return Promise.resolve().then(answer as () => { data: null });
  };
  const page = tossPage(openAskPayment(() => ({ ask }), log));
  listener = await listen({ host: '127.0.0.1', port: 0, routes: {}, fallback: page, log });
});
afterAll(() => listener.close());

async function get(id = ID, init: RequestInit = {}) {
  const response = await fetch(`http://127.0.0.1:${listener.port}/pay/toss/${id}`, init);
  return { status: response.status, headers: response.headers, text: await response.text() };
}
const gives = (hostedPayment: object | null) => () => ({ data: { hostedPayment } });
const refuses = (code: string) => () => ({
  data: null,
  errors: [{ message: 'no', extensions: { code } }],
});

test('shows what is paid, and gives the SDK what the payment service says, whatever an item is called', async () => {
  answer = gives({ ...PAYMENT, cancelUrl });
  const { status, headers, text } = await get();
  expect(status).toBe(200);
  expect(asked.at(-1)).toEqual({ variables: { id: ID }, identity: { kind: 'service', service: 'gateway' } });
  expect(text).toContain(
    '<dd>&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;Fox&quot;</dd>',
  );
  expect(text).toContain('<dd>₩22,000</dd>');
  expect(text).toContain(`<a href="${cancelUrl.replace('&', '&amp;')}"`);
  const json = /<script type="application\/json" id="toss-payment">([^<]*)<\/script>/.exec(text)?.[1];
  expect(JSON.parse(json ?? '')).toEqual(PAYMENT);
  expect(text.match(/<script/g)).toHaveLength(2);
  expect(text).toContain('<script type="module" src="/pay/toss.js"></script>');
  expect(headers.get('content-security-policy')).toBe(sdkPolicy(PAYMENT.sdkUrl));
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('referrer-policy')).toBe('strict-origin');
});

test('speaks Korean to who reads it', async () => {
  answer = gives({ ...PAYMENT, cancelUrl });
  const { text } = await get(ID, { headers: { 'accept-language': 'ko-KR' } });
  expect(text).toContain('결제하지 않고 돌아가기');
  expect(text).toContain('₩22,000');
});

test('lets the SDK load what its provider has under its domains, and no inline script', () => {
  const real = sdkPolicy('https://js.tosspayments.com/v2/standard');
  expect(real).toContain("script-src 'self' https://*.tosspayments.com https://*.toss.im;");
  expect(real).toContain('frame-src https://*.tosspayments.com https://*.toss.im;');
  const emulated = sdkPolicy('http://localhost:4100/toss/v2/standard');
  expect(emulated).toContain("script-src 'self' http://localhost:4100;");
  // A stranger's domain that only ends alike.
  expect(sdkPolicy('https://js.nottosspayments.com/v2')).not.toContain('*');
});

test('has no way to pay what is over', async () => {
  answer = gives(null);
  const { status, headers, text } = await get();
  expect([status, text.includes('This payment is over')]).toEqual([410, true]);
  expect(text).not.toContain('<script');
  expect(headers.get('content-security-policy')).toContain("default-src 'none'");
});

test('says that there is no such payment', async () => {
  answer = refuses('NOT_FOUND');
  const { status, text } = await get();
  expect([status, text.includes('There is no such payment')]).toEqual([404, true]);
});

test.each(['', 'x', `${ID}/x`, ID.toUpperCase()])('asks nobody about “%s”', async (id) => {
  const before = asked.length;
  expect((await get(id)).status).toBe(404);
  expect(asked).toHaveLength(before);
});

test('asks to come again while the payment service is away', async () => {
  for (const away of [
    refuses('SERVICE_UNAVAILABLE'),
    () => {
      throw new Unavailable('payment');
    },
  ]) {
    answer = away;
    const { status, headers, text } = await get();
    expect([status, headers.get('retry-after')]).toEqual([503, '5']);
    expect(text).toContain('cannot be shown at the moment');
  }
});

test.each([
  ['an error of the payment service', refuses('INTERNAL')],
  ['an address that is none of the web', gives({ ...PAYMENT, cancelUrl: 'javascript:alert(1)' })],
])('promises nothing after %s', async (_, what) => {
  answer = what;
  const { status, headers, text } = await get();
  expect([status, headers.get('retry-after')]).toEqual([500, null]);
  expect(text).not.toContain('javascript:');
});

test('is read only', async () => {
  const { status, headers } = await get(ID, { method: 'POST' });
  expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD']);
});
