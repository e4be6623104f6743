import { expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openShoppingSearch, SearchRefused } from '../src/price-comparison/naver/shopping-search.js';
import { judgeSearch } from '../src/price-comparison/verdict.js';
import { ITEM, OFFER } from './naver-item.js';

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
  [400, '<html>', 'answered'],
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
