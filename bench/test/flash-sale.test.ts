import { hash } from '@node-rs/argon2';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Buyer, openOwnRedis, openShop, type OwnRedis, type Shop } from '@stampede/shared/testing';
import type { FlashSaleOptions, FlashSaleParts } from '../src/flash-sale/parts.js';
import { runFlashSale } from '../src/flash-sale/run.js';
import { holds, isTrue } from '../src/judging/check.js';
import { monotonicMs } from '../src/measure/monotonic.js';
import { spawnGenerator, type SpawnedGenerator } from '../src/load/spawn-generator.js';

const BUYERS = 60;
const STOCK = 10;

let redis: OwnRedis;
let shop: Shop;
let generator: SpawnedGenerator;
let parts: FlashSaleParts;
beforeAll(async () => {
  redis = await openOwnRedis();
  shop = await openShop({ redisUrl: redis.url });
  generator = await spawnGenerator();
  await generator.connect(new URL(shop.gatewayUrl), 20);
  parts = {
    gatewayUrl: shop.gatewayUrl,
    amqpUrl: process.env.AMQP_URL!,
    redisIsPrivate: false,
    sql: shop.sql,
    redis: shop.redis,
    namespace: shop.namespace,
    client: shop.client,
    seller: shop.seller,
    buyers: await shop.accounts(BUYERS),
    signers: [],
    generator,
    processes: { 'load generator': generator.pid, nobody: 2 ** 22 + 1 },
  };
});
afterAll(async () => {
  await generator.close();
  await shop[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
});

function options(change: Partial<FlashSaleOptions> = {}) {
  const steps = new Set<string>();
  const pages: string[] = [];
  return {
    steps,
    pages,
    stock: STOCK,
    flush: false,
    watch: 0,
    watchAt: (page: string) => void pages.push(page),
    progress: (step: string) => void steps.add(step),
    ...change,
  };
}

test('sixty buyers, ten units: every figure of a sale, and everything holds', async () => {
  const told = options();
  const beganAt = monotonicMs();
  const run = await runFlashSale(parts, told);
  const endedAt = monotonicMs();
  expect(run.checks.filter((check) => !isTrue(check))).toEqual([]);
  expect(run.problems).toEqual([]);
  expect(holds(run)).toBe(true);

  expect(run.outcomes.map(({ outcome, count }) => [outcome, count])).toEqual([
    ['SoldOut', BUYERS - STOCK],
    ['Order', STOCK],
    ['all', BUYERS],
  ]);
  expect(run.decisions).toBe(BUYERS);
  expect(run.decisionsPerSecond).toBeCloseTo(BUYERS / run.rushSeconds);
  expect(run.pressedAfterMs).toBeGreaterThanOrEqual(0);
  expect(run.soldOutMs.byAnswers).toBeGreaterThan(0);
  expect(run.soldOutMs.byServerClock).toBeGreaterThan(0);
  expect(run.lastConfirmedMs).toBeGreaterThan(run.soldOutMs.byServerClock!);
  expect(run.books.redis).toEqual({ total: STOCK, available: 0, held: 0, sold: STOCK });
  expect(run.invariants.length).toBeGreaterThan(8);
  expect(run.flush).toBeNull();
  expect(run.cpu.nobody).toBeNull();
  expect(run.cpu['load generator']!.seconds).toBeGreaterThanOrEqual(0);
  const [from, to] = run.monotonicMicroseconds;
  const moments = [beganAt * 1_000, from, to, endedAt * 1_000];
  expect(moments).toEqual(moments.toSorted((one, other) => one - other));
  expect([...told.steps]).toEqual([
    'connecting',
    'waiting for the opening',
    'deciding',
    'paying',
    'confirming',
    'checking',
  ]);
});

test('the same buyers can take part in the next sale, and units may be left', async () => {
  const told = options({ stock: 8, watch: 2 });
  const before = Date.now();
  const run = await runFlashSale({ ...parts, buyers: parts.buyers.slice(0, 5) }, told);
  expect(told.pages).toHaveLength(1);
  const page = new URL(told.pages[0] ?? '');
  expect(page.origin + page.pathname).toBe(new URL('/graphiql', parts.gatewayUrl).href);
  expect(page.searchParams.get('query')).toContain(run.productId);
  expect(Date.parse(run.opensAt) - before).toBeGreaterThan(2_000);
  expect(holds(run)).toBe(true);
  expect(run.outcomes.map(({ outcome, count }) => [outcome, count])).toEqual([
    ['Order', 5],
    ['all', 5],
  ]);
  expect(run.soldOutMs).toEqual({ byAnswers: null, byServerClock: null });
  expect(run.books.redis).toEqual({ total: 8, available: 3, held: 0, sold: 5 });
});

test('people who sign in over and over take nothing from the sale, and are counted while it is decided', async () => {
  // None of the buyers: an account has so many sessions at most, and the oldest is the one by which a buyer buys.
  const [one, other] = (await shop.accounts(2)) as [Buyer, Buyer];
  await shop
    .sql('user')
    .run(`UPDATE account SET password_hash = $2 WHERE id = $1`, [
      one.account.id,
      await hash('correct horse battery staple'),
    ]);
  const signers = [
    { email: one.account.email, password: 'correct horse battery staple' },
    { email: other.account.email, password: 'has none' },
  ];
  const run = await runFlashSale({ ...parts, signers }, options());
  expect(holds(run)).toBe(true);
  expect(run.signIns?.signedIn).toBeGreaterThan(0);
  expect(run.signIns?.perSecond).toBeGreaterThan(0);
  // Whoever is refused comes again after a second, which this sale may not last.
  const others = Object.keys(run.signIns?.refused ?? {}).filter((reason) => reason !== 'InvalidCredentials');
  expect(others).toEqual([]);
  expect(run.signIns?.service?.max).toBeGreaterThan(0);
});

test('a declined payment, a buyer who is not let in and a dead letter break the run, and are named', async () => {
  await shop.sql('order').run(
    `INSERT INTO dead_letter (message_id, service, queue, routing_key, reason, attempts, died_at, body, whole)
     VALUES (gen_random_uuid(), 'catalog', 'catalog.order.paid', 'order.paid', 'poisoned', 5, now(), '', true)`,
  );
  await shop.fault({ operation: 'approve', fault: 'decline', times: 1 });
  const [first, ...others] = parts.buyers.slice(0, 4);
  const stranger = new Buyer({ ...first!.account, accessToken: 'nobody' }, shop.client);
  const run = await runFlashSale({ ...parts, buyers: [...others, stranger] }, options({ stock: 2 }));
  expect(holds(run)).toBe(false);
  expect(run.outcomes.map(({ outcome, count }) => [outcome, count])).toEqual([
    ['Order', 2],
    ['SoldOut', 1],
    ['UNAUTHENTICATED', 1],
    ['all', 4],
  ]);
  expect(run.checks.filter((check) => !isTrue(check)).map(({ claim }) => claim)).toEqual([
    'losers who were told SoldOut, 0 available',
    'buyers who were told anything else',
    'Redis: held',
    'Redis: sold',
    'PostgreSQL: sold',
    'orders CONFIRMED',
    'orders that winners see CONFIRMED',
    'payments captured',
    'won captured',
    'dead letters',
  ]);
  await shop.sql('order').run('DELETE FROM dead_letter');
  expect(run.problems).toHaveLength(2);
  expect(run.problems[0]).toMatch(/^order .*approvePayment gave .*PaymentDeclined/);
  expect(run.problems[1]).toMatch(/^order .* is PENDING_PAYMENT$/);
});

test('everything holds when Redis is emptied in the middle, and the run says what buyers noticed', async () => {
  const run = await runFlashSale({ ...parts, redisIsPrivate: true }, options({ stock: 30, flush: true }));
  expect(run.checks.filter((check) => !isTrue(check))).toEqual([]);
  expect(run.problems).toEqual([]);
  expect(run.flush!.rebuiltAfterMs).toBeGreaterThan(0);
  expect(run.flush!.availableAfter).toBeLessThan(30);
  expect(run.flush!.answeredBefore).toBeLessThan(BUYERS);
  expect(run.flush!.longestSilenceMs).toBeGreaterThan(0);
});

test('a Redis that others use is not emptied', async () => {
  const keys = await shop.redis.dbsize();
  await expect(runFlashSale(parts, options({ flush: true }))).rejects.toThrow('it is not emptied');
  expect(await shop.redis.dbsize()).toBeGreaterThanOrEqual(keys);
});
