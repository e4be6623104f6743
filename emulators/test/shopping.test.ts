import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { openEmulators, type Emulators } from '../src/server.js';

const KEYS = { 'x-naver-client-id': 'any', 'x-naver-client-secret': 'local-only-search-secret' };
const LIMITS = { perDay: 60, perSecond: 20 };

let emulators: Emulators;
/** A second of its own for each test, none of them near midnight in Korea. */
let now = Date.parse('2026-11-21T03:00:00Z');
beforeAll(async () => {
  emulators = await openEmulators({ searchLimits: LIMITS, now: () => new Date(now) });
});
afterAll(() => emulators.close());
beforeEach(() => {
  now += 24 * 60 * 60_000;
});

interface Answered {
  status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- as the service answers it
  body: any;
}

async function searches(query: string, headers: Record<string, string> = KEYS): Promise<Answered> {
  const response = await fetch(`${emulators.url}/shopping/v1/search/shop.json?${query}`, { headers });
  const text = await response.text();
  return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text };
}

const fault = (fault: string, more = {}) =>
  fetch(`${emulators.url}/faults`, {
    method: 'POST',
    body: JSON.stringify({ target: 'shopping', operation: 'search', fault, ...more }),
  });

test('offers are those of the query, in the form of the service', async () => {
  const { status, body } = await searches('query=Air%20%26%20Sea');
  expect(status).toBe(200);
  expect(body).toMatchObject({ total: 9, start: 1, display: 9 });
  expect(body.lastBuildDate).toMatch(/^\w{3}, \d\d \w{3} 2026 12:00:00 \+0900$/);
  expect(body.items[0]).toMatchObject({
    title: '<b>Air</b> <b>&amp;</b> <b>Sea</b>',
    lprice: expect.stringMatching(/^\d+$/),
    productId: expect.stringMatching(/^\d+$/),
    mallName: '네이버',
  });
  expect(body.items.map(({ hprice }: { hprice: string }) => hprice === '')).toEqual([
    false,
    ...Array<boolean>(8).fill(true),
  ]);
  expect((await searches('query=Air%20%26%20Sea')).body.items).toEqual(body.items);
  expect((await searches('query=Land')).body.items).not.toEqual(body.items);
});

test('display, start, sort and exclude', async () => {
  const all = (await searches('query=shoe&sort=asc')).body.items as { lprice: string }[];
  const prices = all.map(({ lprice }) => Number(lprice));
  expect(prices).toEqual(prices.toSorted((a, b) => a - b));
  const page = await searches('query=shoe&sort=asc&display=2&start=3');
  expect(page.body.items).toEqual(all.slice(2, 4));
  const fresh = await searches('query=shoe&exclude=used:rental:cbshop');
  expect(fresh.body.items.map(({ productType }: { productType: string }) => productType)).toEqual([
    '1',
    '2',
    '3',
    '2',
    '8',
    '11',
  ]);
});

test.each([
  ['', 400, 'SE01'],
  ['query=%20', 400, 'SE01'],
  ['query=a&display=0', 400, 'SE02'],
  ['query=a&display=101', 400, 'SE02'],
  ['query=a&start=1001', 400, 'SE03'],
  ['query=a&sort=constructor', 400, 'SE04'],
  ['query=%FF', 400, 'SE06'],
])('?%s is refused with %i %s', async (query, status, errorCode) => {
  expect(await searches(query)).toEqual({ status, body: { errorMessage: expect.any(String), errorCode } });
});

test('another search is SE05', async () => {
  const response = await fetch(`${emulators.url}/shopping/v1/search/boat.json`);
  expect([response.status, await response.json()]).toMatchObject([404, { errorCode: 'SE05' }]);
});

test('without the keys it is 024, and no fault is used up', async () => {
  await fault('error-500');
  expect(await searches('query=a', {})).toMatchObject({ status: 401, body: { errorCode: '024' } });
  expect(await searches('query=a', { ...KEYS, 'x-naver-client-secret': 'b' })).toMatchObject({ status: 401 });
  expect(await searches('query=a')).toMatchObject({ status: 500, body: { errorCode: 'SE99' } });
});

test('a second and a day have their quotas, for each client', async () => {
  const another = { ...KEYS, 'x-naver-client-id': 'another' };
  for (let second = 0; second < 3; second += 1) {
    for (let call = 0; call < 20; call += 1) expect((await searches('query=a')).status).toBe(200);
    if (second === 0) {
      expect(await searches('query=a')).toMatchObject({ status: 429, body: { errorCode: '012' } });
      expect((await searches('query=a', another)).status).toBe(200);
    }
    now += 1_000;
  }
  expect(await searches('query=a')).toMatchObject({ status: 429, body: { errorCode: '010' } });
  expect((await searches('query=a', another)).status).toBe(200);
});

test('faults: refused for the rate, garbage, late, and none at all', async () => {
  await fault('decline');
  expect(await searches('query=a')).toMatchObject({ status: 429, body: { errorCode: '012' } });
  await fault('nonsense');
  expect(await searches('query=a')).toEqual({ status: 200, body: expect.stringContaining('<!doctype') });
  await fault('slow', { delayMs: 1 });
  expect(await searches('query=a')).toMatchObject({ status: 200, body: { total: 9 } });
  await fault('timeout-before', { delayMs: 1 });
  await expect(searches('query=a')).rejects.toThrow('fetch failed');
});

test('searches are counted, whatever their answer', async () => {
  const calls = async (query = '') => (await fetch(`${emulators.url}/shopping/calls${query}`)).json();
  const { search } = (await calls()) as { search: number };
  await searches('query=counted');
  await searches('query=counted', {});
  expect(await calls('?query=counted')).toEqual({ search: 2 });
  expect(await calls('?query=other')).toEqual({ search: 0 });
  expect(await calls()).toEqual({ search: search + 2 });
});
