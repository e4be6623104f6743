import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { listen, type HttpListener } from '@stampede/shared/http';
import { ANONYMOUS } from '@stampede/shared/identity';
import type { Execute } from '../src/live/operate.js';
import { productPage } from '../src/pages/product-page.js';
import { log } from './fixtures/house.js';

const PRODUCT = {
  name: '<b>Fox & "Co"</b>',
  brands: ['Maison', '<i>Fox</i>'],
  price: { amount: 129_000 },
  sale: { phase: 'SCHEDULED', opensAt: '2026-03-01T11:00:00.000Z' },
  stock: { total: 1_500, available: 1_200 },
};
const asked: { variables: unknown; identity: unknown }[] = [];
let answer: Awaited<ReturnType<Execute>>;
let listener: HttpListener;
beforeAll(async () => {
  const execute: Execute = ({ variables }, { identity }) => {
    asked.push({ variables, identity });
    return Promise.resolve(answer);
  };
  listener = await listen({ host: '127.0.0.1', port: 0, routes: {}, fallback: productPage(execute), log });
});
afterAll(() => listener.close());

async function get(path: string, init: RequestInit = {}) {
  const response = await fetch(`http://127.0.0.1:${listener.port}${path}`, init);
  return { status: response.status, headers: response.headers, text: await response.text() };
}
const failure = (code: string) =>
  ({ errors: [{ message: 'no', extensions: { code } }], data: null }) as unknown as typeof answer;

test('shows a product as anybody may see it, its texts as text', async () => {
  answer = { data: { product: PRODUCT } };
  const { status, headers, text } = await get('/products/p-1');
  expect(status).toBe(200);
  expect(asked.at(-1)).toEqual({ variables: { id: 'p-1' }, identity: ANONYMOUS });
  expect(text).toContain('<h1>&lt;b&gt;Fox &amp; &quot;Co&quot;&lt;/b&gt;</h1>');
  expect(text).toContain('Maison × &lt;i&gt;Fox&lt;/i&gt;');
  expect(text).toContain('₩129,000');
  expect(text).toContain('Not open yet');
  expect(text).toMatch(/March 1, 2026 at 8:00:00\sPM GMT\+9/);
  expect(text).toContain('1,200 / 1,500');
  expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(headers.get('cache-control')).toBe('no-store');
});

test('speaks Korean to who reads it', async () => {
  answer = { data: { product: { ...PRODUCT, stock: { total: 5, available: -1 } } } };
  const { text } = await get('/products/p-1', { headers: { 'accept-language': 'ko-KR' } });
  expect(text).toContain('판매 예정');
  expect(text).toContain('2026년 3월 1일');
  // More is held than exists after a loss of Redis: nobody can have any.
  expect(text).toContain('0 / 5');
});

test('says that there is no such product', async () => {
  answer = { data: { product: null } };
  const { status, text } = await get('/products/nothing');
  expect(status).toBe(404);
  expect(text).toContain('There is no such product');
});

test('asks to come again while it cannot be shown, and promises nothing when something is wrong', async () => {
  answer = failure('SERVICE_UNAVAILABLE');
  const away = await get('/products/p-1');
  expect([away.status, away.headers.get('retry-after')]).toEqual([503, '5']);
  answer = failure('INTERNAL');
  const wrong = await get('/products/p-1');
  expect([wrong.status, wrong.headers.get('retry-after')]).toEqual([500, null]);
});

test.each(['/products', '/products/', '/products/a/b', '/elsewhere'])('has no page at %s', async (path) => {
  const before = asked.length;
  expect((await get(path)).status).toBe(404);
  expect(asked).toHaveLength(before);
});

test('is read only', async () => {
  const { status, headers } = await get('/products/p-1', { method: 'POST' });
  expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD']);
});
