import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { openHouse } from './fixtures/house.js';

let house: Awaited<ReturnType<typeof openHouse>>;
beforeAll(async () => {
  house = await openHouse({ PUBLIC_URL: 'http://localhost:4000/' });
});
afterAll(() => house.close());

const back = (parameters: Record<string, string>) =>
  house.get(`/return?${new URLSearchParams(parameters).toString()}`);

/** The mutation as a person would copy it from the page. */
function mutationOf(html: string): string {
  const shown = /<pre>([^<]*)<\/pre>/.exec(html)?.[1] ?? '';
  const entities: Record<string, string> = { quot: '"', '#39': "'", lt: '<', gt: '>', amp: '&' };
  return shown.replace(/&(quot|#39|lt|gt|amp);/g, (_, name: string) => entities[name] ?? '');
}

test('gives payment and token of a KakaoPay return as a mutation for pasting', async () => {
  const { status, headers, text } = await back({ payment: 'pay-1', pg_token: 'tok-1' });
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(text).toContain('href="http://localhost:4000/graphql"');
  expect(mutationOf(text)).toContain('approvePayment(input: { paymentId: "pay-1", token: "tok-1" })');
  expect(() => parse(mutationOf(text))).not.toThrow();
});

test('gives the amount too, which Toss Payments sends back', async () => {
  const { text } = await back({ payment: 'pay-1', paymentKey: 'key-1', amount: '9900' });
  expect(mutationOf(text)).toContain('{ paymentId: "pay-1", token: "key-1", amount: 9900 }');
});

test('shows what an address carries as text, never as markup or as another mutation', async () => {
  const evil = `"}){id}} <script>alert(1)</script> ' & \\`;
  const { headers, text } = await back({ payment: evil, pg_token: evil, amount: '1 }' });
  expect(text).not.toContain('<script');
  const [operation, ...others] = parse(mutationOf(text)).definitions;
  expect(others).toEqual([]);
  expect(JSON.stringify(operation)).toContain(JSON.stringify(evil));
  expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(headers.get('referrer-policy')).toBe('no-referrer');
});

test('says that nothing was paid when the provider sends no token, and how to give the payment up', async () => {
  const { text } = await back({ payment: '<b>pay-1</b>', outcome: 'cancelled' });
  expect(text).toContain('Nothing was paid');
  expect(text).toContain('&lt;b&gt;pay-1&lt;/b&gt;');
  expect(text).not.toContain('approvePayment');
  expect(mutationOf(text)).toContain('abandonPayment(id: "<b>pay-1</b>")');
  expect(() => parse(mutationOf(text))).not.toThrow();
});

test('says why Toss Payments refused by its code, and never in words that an address carries', async () => {
  const failed = { payment: 'pay-1', outcome: 'failed', message: 'Call 02-000', paymentKey: 'key-1' };
  const { text } = await back({ ...failed, code: 'REJECT_CARD_COMPANY' });
  expect(text).toContain('<dd><code>REJECT_CARD_COMPANY</code></dd>');
  expect(text).not.toContain('02-000');
  expect(mutationOf(text)).toContain('abandonPayment(id: "pay-1")');
  expect((await back({ ...failed, code: 'Call 02-000' })).text).not.toContain('02-000');
});

test('says so when it is opened without a payment', async () => {
  expect((await back({ pg_token: 'tok-1' })).text).toContain('opened without a payment');
});

test('speaks Korean to who reads it', async () => {
  const headers = { 'accept-language': 'ko-KR' };
  const { text } = await house.get('/return?payment=pay-1&pg_token=tok-1', { headers });
  expect(text).toContain('한 단계 남았습니다');
  expect(mutationOf(text)).toContain('approvePayment');
});
