import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { EnvironmentError } from '@stampede/shared/env';
import { openGuard, openRedis } from '@stampede/shared/redis';
import { openLog, openMetrics, type Log } from '@stampede/shared/telemetry';
import { eventually } from '@stampede/shared/testing';
import { openDeliveries } from '../src/delivery/deliveries.js';
import { readOrderEnv } from '../src/env.js';
import { confirmsMany, SCHEDULE, tally } from './deliveries.fixture.js';
import { openOrders, type OrdersUnderTest } from './open-orders.js';

const settings = {
  NODE_ENV: 'production',
  PORT: '1',
  DATABASE_URL: 'postgres://role@database.example/stampede',
  REDIS_URL: 'redis://redis.example',
  AMQP_URL: 'amqp://shop:k3J-9_x@broker.example',
  IDENTITY_SECRET: 'a secret of the tests which is thirty-two long',
  CATALOG_URL: 'http://catalog:4000',
  USER_URL: 'http://user:4000',
  PERSONAL_DATA_KEYS: `1:${randomBytes(32).toString('base64')}`,
};

const scheduleFrom = (change: Record<string, string>) => {
  const { steps, carrier } = readOrderEnv({ ...settings, ...change }).deliverySchedule;
  return [steps.map(({ to, afterS }) => `${to} after ${afterS}`), carrier];
};

function problemsOf(change: Record<string, string>): string[] {
  try {
    readOrderEnv({ ...settings, ...change });
  } catch (error) {
    if (error instanceof EnvironmentError) return error.problems;
    throw error;
  }
  return [];
}

test('unless told otherwise, a schedule packs and delivers, and leaves the shipping to the seller', () => {
  expect(scheduleFrom({})).toEqual([['PREPARING after 1800', 'DELIVERED after 259200'], '']);
  const never = { DELIVERY_PREPARE_AFTER_S: 'never', DELIVERY_ARRIVE_AFTER_S: 'never' };
  expect(scheduleFrom(never)).toEqual([[], '']);
  const all = {
    DELIVERY_PREPARE_AFTER_S: '0',
    DELIVERY_SHIP_AFTER_S: '31536000',
    DELIVERY_CARRIER: ' CJ Logistics ',
  };
  expect(scheduleFrom(all)).toEqual([
    ['PREPARING after 0', 'SHIPPED after 31536000', 'DELIVERED after 259200'],
    'CJ Logistics',
  ]);
});

test.each(['-1', '1.5', '1e3', 'Never', '31536001', '99999999999999999999', ' '])(
  'a wait of %j is none',
  (wait) => {
    expect(problemsOf({ DELIVERY_PREPARE_AFTER_S: wait })).toEqual([
      'DELIVERY_PREPARE_AFTER_S: whole seconds, at most 31536000, or never',
    ]);
  },
);

test('nothing is shipped by schedule without anybody to carry it', () => {
  const needed = ['DELIVERY_CARRIER: is needed where DELIVERY_SHIP_AFTER_S is not never'];
  expect(problemsOf({ DELIVERY_SHIP_AFTER_S: '60' })).toEqual(needed);
  expect(problemsOf({ DELIVERY_SHIP_AFTER_S: '60', DELIVERY_CARRIER: '' })).toEqual(needed);
  expect(problemsOf({ DELIVERY_SHIP_AFTER_S: '60', DELIVERY_CARRIER: 'CJ Logistics' })).toEqual([]);
});

test('nothing is shipped by schedule that is never packed', () => {
  const ships = { DELIVERY_SHIP_AFTER_S: '60', DELIVERY_CARRIER: 'CJ Logistics' };
  expect(problemsOf({ ...ships, DELIVERY_PREPARE_AFTER_S: 'never' })).toEqual([
    'DELIVERY_SHIP_AFTER_S: never, where DELIVERY_PREPARE_AFTER_S is never',
  ]);
});

const silent = openLog('order', 'silent');
let orders: OrdersUnderTest;
beforeAll(async () => {
  orders = await openOrders();
});
afterAll(() => orders[Symbol.asyncDispose]());

function redisUrl(): string {
  const url = process.env.REDIS_URL;
  if (!url) throw new Error('REDIS_URL is not set: run `npm test` in the project’s folder');
  return url;
}

test('nothing is begun where no step is ever taken', () => {
  const metrics = openMetrics('order');
  const parts = { ...orders, guard: undefined as never, log: silent, metrics };
  expect(openDeliveries({ ...parts, schedule: { steps: [], carrier: '' } })).toEqual([]);
});

test('while Redis is away the steps wait, which is said once, and go on when it is back', async () => {
  const redis = openRedis(redisUrl(), silent);
  await redis.ping();
  redis.disconnect();
  const said: string[] = [];
  const log = {
    ...silent,
    info: (_: object, text: string) => said.push(`info: ${text}`),
    warn: (_: object, text: string) => said.push(`warn: ${text}`),
    error: (_: object, text: string) => said.push(`error: ${text}`),
  } as unknown as Log;
  let failures = 0;
  const guard = openGuard(redis, `test-${randomBytes(6).toString('hex')}`, silent);
  const counted: typeof guard = {
    ...guard,
    alone: async (...args) => {
      try {
        return await guard.alone(...args);
      } catch (error) {
        failures += 1;
        throw error;
      }
    },
  };
  const ids = await confirmsMany(orders.database, 3, 1_000);
  const metrics = openMetrics('order');
  const jobs = openDeliveries({
    database: orders.database,
    guard: counted,
    schedule: SCHEDULE,
    log,
    metrics,
  });
  await eventually(() => expect(failures).toBeGreaterThanOrEqual(2));
  expect((await tally(orders.database, ids)).orders).toEqual({ CONFIRMED: 3 });
  const overdue = await metrics.registry.getSingleMetric('stampede_delivery_overdue_seconds')?.get();
  expect(overdue?.values[0]?.value).toBeGreaterThanOrEqual(900);

  await redis.connect();
  await eventually(async () =>
    expect(await tally(orders.database, ids)).toEqual({
      orders: { SHIPPED: 3 },
      events: { PREPARING: 3, SHIPPED: 3 },
      parcels: { 'under way': 3 },
      said: { 'order.shipped': 3 },
    }),
  );
  for (const job of jobs) await job.close();
  await redis.quit();
  expect(said).toEqual([
    'warn: the delivery schedule is held up; trying again until it works',
    'info: the delivery schedule goes on',
  ]);
  const steps = await metrics.registry.getSingleMetric('stampede_delivery_steps_total')?.get();
  expect(steps?.values.map(({ labels, value }) => [labels.status, value])).toEqual([
    ['PREPARING', 3],
    ['SHIPPED', 3],
    ['DELIVERED', 0],
  ]);
});
