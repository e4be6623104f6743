import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openShop, type Shop } from '@stampede/shared/testing';
import { openCheckouts, type Checkouts } from '../src/checkouts/checkouts.js';
import { putOnSale } from '../src/checkouts/put-on-sale.js';
import { holds, isTrue } from '../src/judging/check.js';
import { withAddress } from '../src/load/address.js';
import type { LiveViewersParts } from '../src/live-viewers/parts.js';
import { describeRun } from '../src/live-viewers/report.js';
import { runLiveViewers } from '../src/live-viewers/run.js';
import { spawnCrowds, type Crowds } from '../src/live-viewers/viewers/spawn-crowds.js';
import { spawnReader, type SpawnedReader } from '../src/stock-reads/reader/spawn-reader.js';
import { stockRequest } from '../src/stock-reads/reader/stock-request.js';
import { describeRun as describeReads } from '../src/stock-reads/report.js';
import { runStockReads } from '../src/stock-reads/run.js';

// The scenarios that need no sale's opening, on one shop: live-viewers and stock-reads.

const VIEWERS = 200;

let shop: Shop;
let gateway: URL;
let checkouts: Checkouts;
let crowds: Crowds;
let reader: SpawnedReader;
beforeAll(async () => {
  shop = await openShop();
  gateway = await withAddress(new URL('/graphql', shop.gatewayUrl));
  const buyers = await shop.accounts(8);
  checkouts = openCheckouts(gateway, buyers);
  crowds = await spawnCrowds(VIEWERS);
  reader = await spawnReader(
    gateway,
    buyers.map(({ account }) => stockRequest(gateway, account.accessToken)),
  );
});
afterAll(async () => {
  checkouts.close();
  await reader.close();
  await crowds.close();
  await shop[Symbol.asyncDispose]();
});

const platform = () => ({
  gatewayUrl: shop.gatewayUrl,
  amqpUrl: process.env.AMQP_URL!,
  redisIsPrivate: false,
  sql: shop.sql,
  redis: shop.redis,
  namespace: shop.namespace,
  client: shop.client,
  checkouts,
  processes: { viewers: crowds.pids[0]!, nobody: 2 ** 22 + 1 },
});

test('two hundred viewers see every unit fall, are cut off, come back, and see the end', async () => {
  const steps = new Set<string>();
  const parts: LiveViewersParts = { ...platform(), seller: shop.seller, crowds };
  const options = { viewers: VIEWERS, changes: 20, seconds: 1, search: false };
  const run = await runLiveViewers(parts, { ...options, progress: (step) => void steps.add(step) });
  expect(run.checks.filter((check) => !isTrue(check))).toEqual([]);
  expect(holds(run)).toBe(true);

  expect(run.connecting).toMatchObject({ arrived: VIEWERS, failures: {} });
  expect(run.storm).toMatchObject({ arrived: VIEWERS, failures: {} });
  expect(run.watching).toMatchObject({ changes: 20, others: {}, missed: 0 });
  expect(run.watching.toEach!.p50).toBeLessThanOrEqual(run.watching.toLast!.max);
  expect(run.watching.toLast!.max).toBeCloseTo(run.watching.toEach!.max, 0);
  // However many are told, each value is executed once.
  expect(run.watching.cost.gateway.events).toBeLessThanOrEqual(20);
  expect(run.watching.cost.gateway.frames).toBe(run.watching.framesPerViewer * VIEWERS);
  expect(run.showingTheEnd).toBe(VIEWERS);
  expect(run.books.redis).toMatchObject({ held: 21, sold: 0 });
  expect(run.memory.connected.heap).toBeGreaterThan(0);
  expect(run.watching.cost.cpuSeconds.nobody).toBeNull();
  expect([...steps]).toEqual(['connecting', 'watching', 'coming back', 'the last change', 'checking']);
  const text = describeRun(run);
  expect(text).toMatch(/^came +200 /m);
  expect(text).toContain('unknown bytes a viewer');
});

test('stock is read by who is signed in while it changes, and in the end it is what the books say', async () => {
  const productIds = await Promise.all(
    Array.from({ length: 10 }, (_, number) => putOnSale(shop.seller, `Sneaker ${number}`, 100)),
  );
  const parts = { ...platform(), productIds, reader };
  const progress = () => undefined;
  const run = await runStockReads(parts, { seconds: 1, checkouts: 20, progress });
  expect(run.checks.filter((check) => !isTrue(check))).toEqual([]);
  expect(holds(run)).toBe(true);
  expect(run).toMatchObject({ products: 10, failures: {}, readInTheEnd: 10, wrongInTheEnd: 0 });
  expect(run.checkouts).toMatchObject({ orders: 20, others: {} });
  expect(run.reads).toBeGreaterThan(8);
  expect(run.perMinute).toBeCloseTo((run.reads / run.seconds) * 60);
  expect(describeReads(run)).toMatch(/^the reference to beat +270,000 +99\.00 %$/m);
});

test('a stranger reads nothing, and that is told', async () => {
  const stranger = await spawnReader(gateway, [stockRequest(gateway, 'nobody')]);
  try {
    await expect(stranger.sweep([shop.product.id])).rejects.toThrow('401: {"errors"');
    const run = await stranger.run({ ids: [shop.product.id], seconds: 0.05 }, () => undefined);
    const [[beginning, count]] = Object.entries(run.failures) as [[string, number]];
    expect(beginning).toContain('401: {"errors"');
    expect(count).toBe(run.reads);
  } finally {
    await stranger.close();
  }
});
