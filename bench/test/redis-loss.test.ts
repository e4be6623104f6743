import { expect, test } from '@jest/globals';
import type { Finding } from '@stampede/shared/testing';
import { readArguments } from '../src/arguments.js';
import { isTrue } from '../src/judging/check.js';
import { shortageOf } from '../src/machine-limits.js';
import { openFlow } from '../src/overload/presses/flow.js';
import { REFUSED } from '../src/overload/presses/told.js';
import { readAftermath, type Aftermath } from '../src/redis-loss/aftermath.js';
import { compareOrders } from '../src/redis-loss/compare-orders.js';
import { judge, type Evidence } from '../src/redis-loss/judge.js';
import { evidence as saleEvidence } from './evidence.js';

const { leftOver, invariants, books } = saleEvidence();

test('Redis is lost in every way, with ten thousand holds of five thousand buyers', () => {
  const usual = readArguments(['redis-loss']);
  expect(usual).toEqual({
    scenario: 'redis-loss',
    loss: 'every',
    holds: 10_000,
    buyers: 5_000,
    pace: 200,
    runs: 1,
    profile: false,
  });
  expect(shortageOf(usual, { openFiles: 1_011, ports: 10_000 })).toContain('ulimit -n 1012');
  // Everybody has one at least.
  expect(readArguments(['redis-loss', '--holds', '7'])).toMatchObject({ buyers: 7 });
});

test('only who pressed after the loss tells how long it took', () => {
  const flow = openFlow();
  // Pressed before, answered after it.
  flow.add(900, 1_100, { outcome: 'Order', id: 'a' });
  flow.add(1_010, 1_012, { outcome: REFUSED });
  flow.add(1_020, 1_220, { outcome: 'LimitExceeded' });
  flow.add(1_030, 1_330, { outcome: 'Order', id: 'b' });
  flow.add(1_050, 1_400, { outcome: REFUSED });
  const closed = { ...flow.close(2, 5), beganAt: 5_000 };
  expect(readAftermath(closed, 6_000)).toEqual({
    pressedBefore: 1,
    pressedAfter: 4,
    firstDecisionMs: 220,
    firstOrderMs: 330,
    lastRefusalMs: 400,
    decisions: { p50: 200, p99: 300, max: 300 },
    outcomes: { [REFUSED]: 2, LimitExceeded: 1, Order: 1 },
  });
  expect(readAftermath(closed, 9_000)).toMatchObject({
    firstDecisionMs: null,
    firstOrderMs: null,
    decisions: null,
  });
});

test('orders are compared by their ids, in both stores', async () => {
  const sql = () => ({ query: async () => [{ id: 'a' }, { id: 'b' }] });
  const entries = { a: 'held|1|x', c: 'held|1|x', d: 'ended|1|x', e: 'held|1|x' };
  const redis = { hgetall: async (key: string) => (key === 'test:{p:shoe}:orders' ? entries : {}) };
  const parts = { sql, redis, namespace: 'test' } as never;
  expect(await compareOrders(parts, 'shoe', new Set(['a', 'b', 'c', 'd']))).toEqual({
    lostInPostgresql: 2,
    lostInRedis: 2,
    onlyInRedis: 2,
  });
});

const aftermath: Aftermath = {
  pressedBefore: 1,
  pressedAfter: 1,
  firstDecisionMs: 2_000,
  firstOrderMs: 2_000,
  lastRefusalMs: 0,
  decisions: null,
  outcomes: {},
};
const evidence = (change: Partial<Evidence>): Evidence => ({
  loss: 'flush',
  stock: 5,
  aftermath,
  rebuiltMs: 2_000,
  stray: 0,
  told: 4,
  orders: { lostInPostgresql: 0, lostInRedis: 0, onlyInRedis: 0 },
  books: {
    ...books,
    redis: { total: 5, available: 1, held: 4, sold: 0 },
    postgresql: { total: 5, sold: 0, inLivingOrders: 4 },
    limits: { perBuyer: 2, mostOfOneBuyer: 2 },
  },
  leftOver,
  invariants,
  ...change,
});
const passed = { ...books, ...evidence({}).books, limits: { perBuyer: 2, mostOfOneBuyer: 3 } };
const limit: Finding = {
  invariant: 2,
  claim: 'no buyer holds and owns more than the limit',
  violations: ['one'],
};

test.each<[string, Partial<Evidence>, string[]]>([
  ['nothing', {}, []],
  [
    'a rebuild that takes longer than two seconds',
    { aftermath: { ...aftermath, firstDecisionMs: 2_000.5 }, rebuiltMs: null },
    [
      'ms until the first decision, beyond two seconds: 1',
      'ms until the product stands, whole, beyond two seconds: Infinity',
    ],
  ],
  ['a wrong answer', { stray: 1 }, ['answers that are neither true nor a refusal with a time: 1']],
  [
    'units that were sold twice',
    {
      stock: 3,
      books: { ...passed, redis: { total: 3, available: -1, held: 4, sold: 0 }, limits: books.limits },
    },
    ['units in living orders, beyond those that exist: 1'],
  ],
  [
    'holds that are lost',
    { orders: { lostInPostgresql: 1, lostInRedis: 2, onlyInRedis: 3 } },
    [
      'orders told that PostgreSQL does not hold: 1',
      'orders told that Redis does not hold: 2',
      'orders held in Redis alone: 3',
    ],
  ],
  ['a buyer over the limit', { books: passed }, ['units of one buyer, beyond the limit: 1']],
  [
    'a limit that is passed in PostgreSQL',
    { invariants: [limit] },
    ['2. no buyer holds and owns more than the limit: violations: 1'],
  ],
  // As the documentation says of a Redis that is put back a second old under a server that goes on.
  [
    'no limit that is passed in what was put back',
    { loss: 'put-back', books: passed, invariants: [limit] },
    [],
  ],
])('it is broken by %s', (_, change, broken) => {
  const found = judge(evidence(change)).filter((check) => !isTrue(check));
  expect(found.map((check) => `${check.claim}: ${check.found}`)).toEqual(broken);
});
