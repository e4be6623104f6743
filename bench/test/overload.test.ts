import { expect, test } from '@jest/globals';
import { readArguments } from '../src/arguments.js';
import { isTrue } from '../src/judging/check.js';
import { shortageOf } from '../src/machine-limits.js';
import { judge, type Evidence } from '../src/overload/judge.js';
import { readFlow, strayOf, type Met } from '../src/overload/phase.js';
import { openFlow } from '../src/overload/presses/flow.js';
import { REFUSED, readTold } from '../src/overload/presses/told.js';
import { costOfReading, reachable } from '../src/overload/reachable.js';
import { recoveredAfterMs } from '../src/overload/recovery.js';
import { growing, thirdsOf } from '../src/overload/watch-processes.js';
import { evidence as saleEvidence } from './evidence.js';

const { leftOver, invariants, books } = saleEvidence();

test('overload is three times what can be served, for half a minute, over four thousand connections', () => {
  const usual = readArguments(['overload']);
  expect(usual).toEqual({
    scenario: 'overload',
    times: 3,
    seconds: 30,
    buyers: 2_000,
    connections: 4_000,
    runs: 1,
    profile: false,
  });
  expect(shortageOf(usual, { openFiles: 4_499, ports: 10_000 })).toContain('ulimit -n 4500');
  expect(() => readArguments(['overload', '--times', '1'])).toThrow('--times is a whole number from 2 to 20');
});

const answer = (body: object, status = 200) => ({ status, body: JSON.stringify(body), closes: false });
const checkout = (value: object) => answer({ data: { checkout: value } });
const refusal = (extensions: object, status = 503) => answer({ errors: [{ extensions }] }, status);
const selling = { id: 'shoe', soldOut: false };
const gone = { id: 'hat', soldOut: true };

test('what is true of a product is told by its type, and an order by its id as well', () => {
  expect(readTold(checkout({ __typename: 'Order', id: 'a' }), selling)).toEqual({
    outcome: 'Order',
    id: 'a',
  });
  expect(readTold(checkout({ __typename: 'SoldOut', productId: 'hat' }), gone)).toEqual({
    outcome: 'SoldOut',
  });
  expect(readTold(answer({ data: { product: { id: 'hat' } } }), gone)).toEqual({ outcome: 'told' });
  // Somebody sells the last one meanwhile.
  const either = { id: 'hat' };
  expect(readTold(checkout({ __typename: 'SoldOut', productId: 'hat' }), either).outcome).toBe('SoldOut');
  expect(readTold(checkout({ __typename: 'Order', id: 'a' }), either).outcome).toBe('Order');
});

test.each([
  ['an order of what is gone', checkout({ __typename: 'Order', id: 'a' }), gone],
  ['sold out of what is there', checkout({ __typename: 'SoldOut', productId: 'shoe' }), selling],
  ['sold out of another product', checkout({ __typename: 'SoldOut', productId: 'shoe' }), gone],
])('%s is not true', (_, given, asked) => {
  expect(readTold(given, asked).outcome).toMatch(/^not true: 200: /);
});

test('only SERVICE_UNAVAILABLE with a time is a refusal', () => {
  const away = { code: 'SERVICE_UNAVAILABLE', retryAfterMs: 200 };
  expect(readTold(refusal(away), selling).outcome).toBe(REFUSED);
  for (const given of [
    refusal({ code: 'SERVICE_UNAVAILABLE' }),
    refusal({ ...away, retryAfterMs: 0 }),
    refusal({ code: 'RATE_LIMITED', retryAfterMs: 200 }, 429),
    answer({ data: { checkout: null } }),
    answer({ data: { checkout: { __typename: 'Order', id: 'a' } } }, 500),
    { status: 502, body: '<h1>Bad gateway</h1>', closes: true },
  ]) {
    expect(readTold(given, selling).outcome).toBe(`${given.status}: ${given.body}`);
  }
  expect(readTold({ reason: 'no answer within 10 ms' }, selling)).toEqual({
    outcome: 'no answer within 10 ms',
  });
});

test('what was answered when nobody came any more is part of the times, and not of the rate', () => {
  const flow = openFlow();
  flow.add(0, 10, { outcome: 'Order', id: 'a' });
  flow.add(1_000, 1_030, { outcome: 'SoldOut' });
  flow.add(1_900, 2_050, { outcome: 'SoldOut' });
  flow.add(500, 502, { outcome: REFUSED });
  flow.add(600, 700, { outcome: '500: oh' });
  const closed = flow.close(2, 5);
  const met = readFlow(closed, ['Order', 'SoldOut']);
  expect(met).toEqual({
    came: 2.5,
    served: 1,
    servedTimes: { p50: 30, p99: 150, max: 150 },
    refused: 0.5,
    refusedTimes: { p50: 2, p99: 2, max: 2 },
    outcomes: { Order: 1, SoldOut: 2, refused: 1, '500: oh': 1 },
  });
  expect(strayOf(met, ['Order', 'SoldOut'])).toEqual({ '500: oh': 1 });
  expect(closed.orders).toEqual(['a']);
  // Of the second half: who came then, and what was answered then.
  expect(readFlow(closed, ['Order', 'SoldOut'], [1, 2])).toMatchObject({
    came: 2,
    served: 1,
    servedTimes: { p50: 30, p99: 150, max: 150 },
    refused: 0,
  });
});

test('a flow has room for more answers than it began with, and for a hundred texts', () => {
  const flow = openFlow();
  const count = 65_536 * 2 + 1;
  for (let number = 0; number < count; number += 1)
    flow.add(number, number + 1, { outcome: `text ${number % 150}` });
  const { at, took, told, outcomes } = flow.close(1, count);
  expect([at.length, took.length, told.length]).toEqual([count, count, count]);
  expect([at[count - 1], took[count - 1]]).toEqual([count - 1, 1]);
  expect(outcomes).toHaveLength(101);
  expect(outcomes[told[149]!]).toBe('others');
});

test('all is as before once nobody is refused or late any more', () => {
  const flow = openFlow();
  flow.add(0, 5, { outcome: 'Order' });
  expect(recoveredAfterMs(flow.close(2, 1), 20)).toBe(0);
  flow.add(300, 310, { outcome: REFUSED });
  expect(recoveredAfterMs(flow.close(2, 2), 20)).toBe(500);
  flow.add(1_100, 1_121, { outcome: 'Order' });
  expect(recoveredAfterMs(flow.close(2, 3), 20)).toBe(1_250);
});

test('a process grows when its last third is a tenth and 16 MiB above its second', () => {
  const MiB = 2 ** 20;
  expect(thirdsOf([1, 3, 4, 6, 8, 10])).toEqual([2, 5, 9]);
  const resident = {
    // It was small at first, which is nobody's concern.
    steady: [10, 300, 344].map((size) => size * MiB),
    small: [10, 20, 37].map((size) => size * MiB),
    growing: [10, 300, 347].map((size) => size * MiB),
  };
  expect(growing({ resident })).toEqual(['growing']);
});

test('who comes in vain costs the processors what reading and sending costs at least', () => {
  const floor = {
    requests: 1,
    seconds: 1,
    perSecond: 8_000,
    generatorMicroseconds: 40,
    serverMicroseconds: 60,
  };
  expect(costOfReading(floor, 2)).toBeCloseTo(0.000_05);
  expect(costOfReading({ ...floor, generatorMicroseconds: null }, 2)).toBeCloseTo(1 / 8_000);
  expect(reachable(1_000, 2_000, 0.000_05)).toBeCloseTo(900);
  expect(reachable(1_000, 30_000, 0.000_05)).toBe(0);
});

const met = (served: number, p99: number): Met => ({
  came: served,
  served,
  servedTimes: { p50: 1, p99, max: p99 },
  refused: 0,
  refusedTimes: null,
  outcomes: {},
});

const evidence = (change: Partial<Evidence>): Evidence => ({
  fullLoad: met(1_000, 50),
  overload: met(720, 150),
  flood: met(640, 150),
  reachable: { overload: 900, flood: 800 },
  stray: 0,
  recoveredAfterMs: 5_000,
  growing: [],
  told: 4,
  missing: 0,
  stock: 10,
  books: {
    ...books,
    redis: { total: 10, available: 6, held: 4, sold: 0 },
    postgresql: { total: 10, sold: 0, inLivingOrders: 4 },
    orders: { PENDING_PAYMENT: 4 },
  },
  leftOver,
  invariants,
  ...change,
});

test.each<[string, Partial<Evidence>, string[]]>([
  ['nothing', {}, []],
  [
    'an overload that leaves less than four fifths',
    { overload: met(719, 151) },
    [
      'overload: decisions a second, short of four fifths of what is left to reach: 1',
      '  ms of p99 beyond three times full load’s: 1',
    ],
  ],
  [
    'a flood that starves those who buy',
    { flood: { ...met(0, 0), servedTimes: null } },
    [
      'floods: decisions a second, short of four fifths of what is left to reach: 640',
      '  ms of p99 beyond three times full load’s: Infinity',
    ],
  ],
  ['an answer that is none', { stray: 2 }, ['answers that are neither true nor a refusal with a time: 2']],
  ['a slow recovery', { recoveredAfterMs: 5_250 }, ['ms until all was as before, beyond five seconds: 250']],
  ['a process that grows', { growing: ['order'] }, ['processes whose memory grew: 1']],
  ['an order that is not there', { missing: 1 }, ['orders that PostgreSQL does not know: 1']],
  ['a refusal that took a unit', { told: 3 }, ['orders that no buyer was told of: 1']],
])('it is broken by %s', (_, change, broken) => {
  const found = judge(evidence(change)).filter((check) => !isTrue(check));
  expect(found.map((check) => `${check.claim}: ${check.found}`)).toEqual(broken);
});
