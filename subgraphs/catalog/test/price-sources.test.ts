import { expect, test } from '@jest/globals';
import { breakerMetrics, openCircuitBreaker } from '@stampede/shared/circuit-breaker';
import type { Database } from '@stampede/shared/database';
import { openLog, openMetrics } from '@stampede/shared/telemetry';
import { openTestDatabase } from '@stampede/shared/testing';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { catalogEnvFrom } from '../src/env.js';
import { plainText } from '../src/price-comparison/naver/plain-text.js';
import { readOffers } from '../src/price-comparison/naver/read-offers.js';
import {
  judgeSearch,
  openShoppingSearch,
  SearchRefused,
} from '../src/price-comparison/naver/shopping-search.js';
import { openOtherSellers } from '../src/price-comparison/other-sellers.js';
import { openOtherShops } from '../src/price-comparison/other-shops.js';
import type { Offer } from '../src/price-comparison/price-source.js';
import { MIGRATIONS } from './open-catalog.js';

/** As the service answered, shortened. */
const ITEM = {
  title: '나이키 <b>에어</b> <b>맥스</b> 90 &amp; 박스',
  link: 'https://search.shopping.naver.com/gate.nhn?id=82694551234',
  image: 'https://shopping-phinf.pstatic.net/main_8269455/82694551234.jpg',
  lprice: '129000',
  hprice: '',
  mallName: '네이버',
  productId: '82694551234',
  productType: '1',
  brand: '나이키',
  maker: '나이키',
  category1: '패션잡화',
};
const OFFER: Offer = {
  title: '나이키 에어 맥스 90 & 박스',
  shop: '네이버',
  price: 129_000,
  url: ITEM.link,
};
const read = (...items: unknown[]) =>
  readOffers({ lastBuildDate: 'Sat', total: items.length, start: 1, items });

test('an item’s numbers may be texts or numbers', () => {
  expect(read(ITEM)).toEqual([OFFER]);
  expect(read({ ...ITEM, lprice: 129_000, hprice: 0, productId: 82_694_551_234, productType: 1 })).toEqual([
    OFFER,
  ]);
});

test.each([
  ['no price', { lprice: '0' }],
  ['an empty price', { lprice: '' }],
  ['a price that is no number', { lprice: '1e' }],
  ['a price below nothing', { lprice: -1 }],
  ['half a won', { lprice: '0.5' }],
  ['a script for a link', { link: 'javascript:alert(1)' }],
  ['no link', { link: '' }],
  ['a link with a password', { link: 'https://a:b@shop.test/' }],
  ['an endless link', { link: `https://shop.test/${'a'.repeat(2_048)}` }],
  ['a used thing', { productType: '5' }],
  ['a discontinued thing', { productType: '8' }],
  ['a planned thing', { productType: 11 }],
  ['a title of tags', { title: '<b></b>' }],
  ['no title', { title: undefined }],
])('an item with %s is left out, and the others are kept', (_, change) => {
  expect(read({ ...ITEM, ...change }, ITEM, null, 'item')).toEqual([OFFER]);
});

test('a shop without a name is called by its address', () => {
  expect(read({ ...ITEM, mallName: '' })?.[0]?.shop).toBe('search.shopping.naver.com');
});

test('twenty offers are kept, the cheapest', () => {
  const items = Array.from({ length: 40 }, (_, index) => ({ ...ITEM, lprice: 1_000 - index }));
  expect(read(...items)?.map(({ price }) => price)).toEqual(
    Array.from({ length: 20 }, (_, index) => 961 + index),
  );
});

test.each([[null], [[]], ['items'], [{ items: {} }], [{ errorCode: 'SE99' }]])('%j is no answer', (body) => {
  expect(readOffers(body)).toBeUndefined();
});

test.each([
  ['<b>Air</b> <B class="x">Max</B>', 'Air Max'],
  ['3 < 5 & 7 > 6', '3 < 5 & 7 > 6'],
  ['&lt;b&gt;bold&lt;/b&gt; &amp;amp; &quot;x&quot; &#39;y&#x27;', '<b>bold</b> &amp; "x" \'y\''],
  ['&unknown; &#0; &#1114112; &#xD800;', '&unknown; &#1114112; &#xD800;'],
  ['a\u202eb\u0000c\r\n\t d', 'a b c d'],
  ['<script>alert(1)</script>', 'alert(1)'],
  ['<'.repeat(3), '<<<'],
])('%j reads %j', (html, text) => {
  expect(plainText(html, 100)).toBe(text);
});

test('a text is cut between characters', () => {
  expect(plainText('12345', 3)).toBe('123');
  expect(plainText('12😀', 3)).toBe('12');
});

/** A service that answers every request alike; and what it was asked. */
async function answering(status: number, body: string, headers: Record<string, string> = {}) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.url} ${String(request.headers['x-naver-client-id'])}`);
    response.writeHead(status, headers).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const search = openShoppingSearch({ url, clientId: 'me', clientSecret: 'mine' });
  return {
    asked,
    search: () => search('에어 & 90', new AbortController().signal),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

test('a search asks for new things, by likeness', async () => {
  await using service = await answering(200, JSON.stringify({ items: [ITEM] }));
  expect(await service.search()).toEqual([OFFER]);
  const query = 'query=%EC%97%90%EC%96%B4+%26+90&display=40&sort=sim&exclude=used%3Arental%3Acbshop';
  expect(service.asked).toEqual([`/v1/search/shop.json?${query} me`]);
});

const error = (errorCode: string) => JSON.stringify({ errorMessage: 'no', errorCode });

test.each([
  [400, error('SE01'), 'answered'],
  [401, error('024'), 'failed'],
  [403, '<html>', 'failed'],
  [429, error('012'), 'failed'],
  [429, error('010'), 'failed'],
  [500, error('SE99'), 'failed'],
  [503, '', 'failed'],
  [200, '<html>', 'failed'],
  [200, `{"items": ["${'a'.repeat(300_000)}"]}`, 'failed'],
  [200, error('SE01'), 'failed'],
])('HTTP %i with %.20s counts as %s', async (status, body, verdict) => {
  await using service = await answering(status, body);
  const [outcome] = await Promise.allSettled([service.search()]);
  expect(outcome.status).toBe('rejected');
  expect(judgeSearch(outcome)).toBe(verdict);
});

test('a redirect is not followed', async () => {
  await using service = await answering(302, '', { location: 'http://127.0.0.1:1/' });
  await expect(service.search()).rejects.toThrow('fetch failed');
});

test('a refusal names its code', async () => {
  await using service = await answering(401, error('024'));
  await expect(service.search()).rejects.toEqual(new SearchRefused(401, '024'));
});

function shopsOf(search: (query: string, signal: AbortSignal) => Promise<Offer[]>) {
  const log = openLog('test', 'silent');
  return openOtherShops({
    search,
    breaker: openCircuitBreaker({ name: 'test', metrics: breakerMetrics(openMetrics('test')), log }),
    memory: { read: () => Promise.resolve(undefined), write: () => Promise.resolve() },
    freshMs: 1,
    log,
  });
}
const named = (name: string) => ({ id: name, name, sellerId: name });

test('no more than eight names are asked for at once', async () => {
  let asking = 0;
  let most = 0;
  const ends: (() => void)[] = [];
  const shops = shopsOf(async () => {
    most = Math.max(most, (asking += 1));
    await new Promise<void>((resolve) => ends.push(resolve));
    asking -= 1;
    return [OFFER];
  });
  const answers = Array.from({ length: 30 }, (_, index) => shops.answer(named(`name ${index}`)));
  for (let ended = 0; ended < 30; ended += 1) {
    while (ends.length === 0) await new Promise((resolve) => setImmediate(resolve));
    ends.shift()?.();
  }
  for (const answer of await Promise.all(answers)) expect(answer).toMatchObject({ degraded: false });
  expect(most).toBe(8);
  await shops.close();
});

test('those who ask for one name meanwhile share a call, and the next one makes another', async () => {
  const ends: (() => void)[] = [];
  const shops = shopsOf(async () => {
    await new Promise<void>((resolve) => ends.push(resolve));
    return [OFFER];
  });
  const answers = ['Air  90', 'air 90', ' AIR 90'].map((name) => shops.answer(named(name)));
  while (ends.length === 0) await new Promise((resolve) => setImmediate(resolve));
  ends.pop()?.();
  for (const answer of await Promise.all(answers)) expect(answer).toMatchObject({ offers: [OFFER] });
  expect(ends).toHaveLength(0);
  const next = shops.answer(named('air 90'));
  while (ends.length === 0) await new Promise((resolve) => setImmediate(resolve));
  ends.pop()?.();
  expect(await next).toMatchObject({ offers: [OFFER], degraded: false });
  await shops.close();
});

test('closing ends the calls that hang, and nobody is asked afterwards', async () => {
  let asked = 0;
  const shops = shopsOf(
    (_, signal) =>
      new Promise((_resolve, reject) => {
        asked += 1;
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      }),
  );
  const answer = shops.answer(named('hangs'));
  while (asked === 0) await new Promise((resolve) => setImmediate(resolve));
  await shops.close();
  expect(await answer).toEqual({ offers: [], asOf: null, degraded: true });
  expect(await shops.answer(named('later'))).toMatchObject({ degraded: true });
  expect(asked).toBe(1);
});

test('a hundred products are compared with other sellers in four statements', async () => {
  await using place = await openTestDatabase('catalog', MIGRATIONS);
  let transactions = 0;
  const database: Database = {
    ...place.database,
    transaction: (work) => {
      transactions += 1;
      return place.database.transaction(work);
    },
  };
  const sellers = openOtherSellers(database, 'https://shop.test');
  const sellerId = '00000000-0000-4000-8000-000000000001';
  const names = Array.from({ length: 100 }, (_, index) => `Name ${index}`);
  const answers = await Promise.all(names.map((name) => sellers.answer({ id: name, name, sellerId })));
  for (const answer of answers) expect(answer).toMatchObject({ offers: [], degraded: false });
  expect(transactions).toBe(4);
});

const ENV = {
  PORT: '1',
  DATABASE_URL: 'postgres://db/a',
  REDIS_URL: 'redis://redis',
  AMQP_URL: 'amqp://broker',
  IDENTITY_SECRET: 'an identity secret of 32 characters',
  ORDER_URL: 'http://order',
  PUBLIC_URL: 'https://shop.test',
};
const SHOPPING = {
  NAVER_SHOPPING_URL: 'http://127.0.0.1:4090/shopping',
  NAVER_SEARCH_CLIENT_ID: 'me',
  NAVER_SEARCH_CLIENT_SECRET: 'mine',
};

test('the shopping search is set as a whole or not at all', () => {
  expect(catalogEnvFrom(ENV).shopping).toBeUndefined();
  expect(catalogEnvFrom({ ...ENV, ...SHOPPING }).shopping).toEqual({
    url: SHOPPING.NAVER_SHOPPING_URL,
    clientId: 'me',
    clientSecret: 'mine',
  });
  expect(() => catalogEnvFrom({ ...ENV, ...SHOPPING, NAVER_SEARCH_CLIENT_ID: '' })).toThrow(
    'NAVER_SEARCH_CLIENT_ID: the shopping search needs it, too',
  );
});

test('production asks no emulator, and shows no local secret', () => {
  const source = { ...ENV, ...SHOPPING, NODE_ENV: 'production' };
  expect(() => catalogEnvFrom(source)).toThrow('NAVER_SHOPPING_URL: production speaks https');
  const https = { ...source, NAVER_SHOPPING_URL: 'https://openapi.naver.com' };
  expect(catalogEnvFrom(https).shopping?.url).toBe('https://openapi.naver.com');
  expect(() => catalogEnvFrom({ ...https, NAVER_SEARCH_CLIENT_SECRET: 'local-only-search-secret' })).toThrow(
    'NAVER_SEARCH_CLIENT_SECRET: is a local secret',
  );
});
