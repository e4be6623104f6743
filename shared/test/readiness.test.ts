import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { readinessOf } from '@stampede/shared/subgraph';
import { openTcpProxy, openTestDatabase, through, type TestDatabase } from '@stampede/shared/testing';
import { certainlyAhead } from '../src/subgraph/clocks.js';
import { openStock, redisUrl } from './inventory-fixture.js';

const MIGRATIONS = fileURLToPath(new URL('../../subgraphs/order/migrations', import.meta.url));
const stock = openStock();
let house: TestDatabase;
beforeAll(async () => {
  house = await openTestDatabase('order', MIGRATIONS);
});
afterAll(async () => {
  await stock[Symbol.asyncDispose]();
  await house[Symbol.asyncDispose]();
});

/** Redis whose clock is wrong by so much. */
const clockWrongBy = (ms: number) => ({
  time: async () => {
    const [seconds, micros] = await stock.redis.time();
    const wrong = Number(seconds) * 1_000 + Number(micros) / 1_000 + ms;
    return [Math.floor(wrong / 1_000), Math.floor((wrong % 1_000) * 1_000)] as [number, number];
  },
});

test('a service is ready when its servers answer and their clocks agree', async () => {
  expect(await readinessOf({ database: house.database, redis: stock.redis })()).toEqual([]);
  expect(await readinessOf({ database: house.database })()).toEqual([]);
});

test.each([
  [450, undefined],
  [-450, undefined],
  [3_000, 'ahead of'],
  [-3_000, 'behind'],
])('clocks that differ by %i ms make it %s', async (ms, where) => {
  const reasons = await readinessOf({ database: house.database, redis: clockWrongBy(ms) })();
  if (!where) return expect(reasons).toEqual([]);
  expect(reasons).toEqual([
    expect.stringMatching(new RegExp(`^Clocks: Redis is \\d+ ms ${where} PostgreSQL$`)),
  ]);
  const told = Number(/\d+/.exec(reasons[0]!)?.[0]);
  expect(told).toBeGreaterThan(1_500);
  expect(told).toBeLessThanOrEqual(3_000);
});

test('a slow answer is no wrong clock: only what its time cannot explain counts', () => {
  const exact = { offset: 0, uncertainty: 0 };
  expect(certainlyAhead({ offset: 900, uncertainty: 500 }, exact)).toBe(400);
  expect(certainlyAhead({ offset: 900, uncertainty: 500 }, { offset: 0, uncertainty: 450 })).toBe(0);
  expect(certainlyAhead(exact, { offset: 900, uncertainty: 100 })).toBe(-800);
  expect(certainlyAhead({ offset: 5, uncertainty: 10 }, exact)).toBe(0);
});

test('a server that is away or silent is the reason, and no clock is compared', async () => {
  await using proxy = await openTcpProxy(redisUrl());
  const away = openStock(through(proxy, redisUrl()));
  await away.redis.ping();
  proxy.cut();
  const silent = { query: () => new Promise<never>(() => undefined) };
  const reasons = await readinessOf({ database: silent, redis: away.redis })();
  expect(reasons).toEqual(['PostgreSQL: is silent', expect.stringMatching(/^Redis: ./)]);
  proxy.restore();
  await away[Symbol.asyncDispose]();
});
