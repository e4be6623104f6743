import { expect, test } from '@jest/globals';
import { catalogEnvFrom } from '../src/env.js';

const ENV = {
  PORT: '1',
  DATABASE_URL: 'postgres://db/a',
  REDIS_URL: 'redis://redis',
  AMQP_URL: 'amqp://shop:k3J-9_x@broker',
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
    callsPerSecond: 8,
  });
  expect(() => catalogEnvFrom({ ...ENV, ...SHOPPING, NAVER_SEARCH_CLIENT_ID: '' })).toThrow(
    'NAVER_SEARCH_CLIENT_ID: the shopping search needs it, too',
  );
});

test('how often it is asked in a second can be set, to one at least', () => {
  const perSecond = (text: string) =>
    catalogEnvFrom({ ...ENV, ...SHOPPING, NAVER_CALLS_PER_SECOND: text }).shopping?.callsPerSecond;
  expect(perSecond('3')).toBe(3);
  for (const text of ['0', '0.5', 'many']) {
    expect(() => perSecond(text)).toThrow('NAVER_CALLS_PER_SECOND');
  }
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
