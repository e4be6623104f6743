import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Database } from '@stampede/shared/database';
import { decisionsCounted, type DecisionsCounted } from '@stampede/shared/messages';
import { openLog } from '@stampede/shared/telemetry';
import { eventually, openTestDatabase, type TestDatabase } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { openCheckoutCounts, type Tally } from '../src/sale-figures/checkout-counts.js';
import { tellCounts } from '../src/sale-figures/tell-counts.js';
import { MIGRATIONS } from './open-orders.js';

const NOON = Date.parse('2026-03-01T12:00:00.000Z');
const log = openLog('order', 'silent');

let house: TestDatabase;
let database: Database;
beforeAll(async () => {
  house = await openTestDatabase('order', MIGRATIONS);
  database = house.database;
});
beforeEach(() => database.run('DELETE FROM outbox'));
afterAll(() => house[Symbol.asyncDispose]());

const told = () =>
  database.query<{ message_id: string; body: DecisionsCounted }>(
    'SELECT message_id, body FROM outbox WHERE routing_key = $1 ORDER BY id',
    [decisionsCounted.name],
  );
const sumOf = (tallies: readonly Pick<Tally, 'decisions'>[]) =>
  tallies.reduce((sum, { decisions }) => sum + decisions, 0);

test('counts answers by product, second and reason, and forgets what was taken', () => {
  let now = NOON;
  const counts = openCheckoutCounts(() => now);
  counts.add('a');
  counts.add('a', 'SoldOut');
  now += 999;
  counts.add('a', 'SoldOut');
  counts.add('b', 'LimitExceeded');
  now += 1;
  counts.add('a', 'SaleNotOpen');
  const none = { SoldOut: 0, SaleNotOpen: 0, LimitExceeded: 0 };
  const second = NOON / 1_000;
  const tallies = counts.take();
  expect(tallies).toHaveLength(3);
  expect(tallies).toEqual(
    expect.arrayContaining([
      { ...none, productId: 'a', second, decisions: 3, SoldOut: 2 },
      { ...none, productId: 'a', second: second + 1, decisions: 1, SaleNotOpen: 1 },
      { ...none, productId: 'b', second, decisions: 1, LimitExceeded: 1 },
    ]),
  );
  expect(counts.take()).toEqual([]);
});

test('while nobody takes them, so many seconds are kept and every decision', () => {
  let now = NOON;
  const counts = openCheckoutCounts(() => now, 100);
  for (let second = 0; second < 10_000; second += 1, now += 1_000) {
    counts.add('a', 'SoldOut');
    counts.add('b');
  }
  const tallies = counts.take();
  expect(tallies.length).toBeLessThanOrEqual(104);
  expect(sumOf(tallies)).toBe(20_000);
  expect(tallies.reduce((sum, { SoldOut }) => sum + SoldOut, 0)).toBe(10_000);
});

test('is told in messages of five hundred at most, and when nothing was counted in none', async () => {
  const counts = openCheckoutCounts(() => NOON);
  for (let product = 0; product < 1_201; product += 1) counts.add(randomUUID(), 'SoldOut');
  const telling = tellCounts({ database, counts, log });
  await telling.close();
  const sizes = (await told()).map(({ body }) => body.products.length);
  expect(sizes).toEqual([500, 500, 201]);
  await tellCounts({ database, counts, log }).close();
  expect(await told()).toHaveLength(3);
});

test('tells of a product whatever kind of UUID its id is', async () => {
  const counts = openCheckoutCounts(() => NOON);
  const productId = '00000000-0000-0000-f000-00000000000a';
  counts.add(productId);
  await tellCounts({ database, counts, log }).close();
  expect((await told()).flatMap(({ body }) => body.products)).toMatchObject([{ productId, decisions: 1 }]);
});

test('tells the second, and of the reasons those that there were', async () => {
  const counts = openCheckoutCounts(() => NOON + 720);
  const productId = randomUUID();
  counts.add(productId);
  counts.add(productId, 'LimitExceeded');
  await tellCounts({ database, counts, log }).close();
  expect((await told()).map(({ body }) => body)).toEqual([
    {
      products: [
        { productId, second: '2026-03-01T12:00:00.000Z', decisions: 2, refused: { LimitExceeded: 1 } },
      ],
    },
  ]);
});

test('keeps what it could not tell, and tells it with what was counted meanwhile', async () => {
  const counts = openCheckoutCounts();
  const productId = randomUUID();
  let away = true;
  let tries = 0;
  const flaky: Database = {
    ...database,
    transaction: (step, work) => {
      tries += 1;
      return away ? Promise.reject(new Error('Connection terminated')) : database.transaction(step, work);
    },
  };
  counts.add(productId);
  const telling = tellCounts({ database: flaky, counts, log });
  await eventually(() => expect(tries).toBe(1));
  counts.add(productId, 'SoldOut');
  away = false;
  await telling.close();
  expect(sumOf((await told()).flatMap(({ body }) => body.products))).toBe(2);
});

test('says it again under the same message ids when nobody knows whether it was committed', async () => {
  const counts = openCheckoutCounts();
  let lost = false;
  const losesAnAnswer: Database = {
    ...database,
    transaction: async (step, work) => {
      const result = await database.transaction(step, work);
      if (lost) return result;
      lost = true;
      throw new Error('Connection terminated');
    },
  };
  counts.add(randomUUID());
  const telling = tellCounts({ database: losesAnAnswer, counts, log });
  await eventually(() => expect(lost).toBe(true));
  await telling.close();
  const ids = (await told()).map(({ message_id }) => message_id);
  expect(ids).toHaveLength(2);
  expect(new Set(ids).size).toBe(1);
});
