import { expect, test } from '@jest/globals';
import { readArguments } from '../src/arguments.js';
import { delaysOfOrders, delaysOfUnits, type Delays } from '../src/hold-end/delays.js';
import { endHolds } from '../src/hold-end/end-holds.js';
import { judge, type Evidence } from '../src/hold-end/judge.js';
import { isTrue } from '../src/judging/check.js';
import { shortageOf } from '../src/machine-limits.js';
import { evidence as saleEvidence } from './evidence.js';

const { leftOver, invariants, books } = saleEvidence();
const ends = ['a', 'b', 'c', 'd'].map((id, index) => ({ id, payBy: 1_000 + index * 100 }));

test('the end of a hold is two thousand orders, once, and a socket for a hundred of them', () => {
  const usual = readArguments(['hold-end']);
  expect(usual).toEqual({ scenario: 'hold-end', orders: 2_000, runs: 1, profile: false });
  expect(shortageOf(usual, { openFiles: 520, ports: 520 })).toBeUndefined();
  expect(shortageOf(usual, { openFiles: 519, ports: 520 })).toContain('ulimit -n 520');
});

test('when holds end is told by this machine’s clock; a database that was not done by then has measured nothing', async () => {
  const now = () => performance.timeOrigin + performance.now();
  /** A database whose clock is an hour ahead. */
  const databaseWith = (endsInMs: number) =>
    ({
      query: (text: string) =>
        Promise.resolve(
          text.startsWith('SELECT')
            ? [{ at: now() + 3_600_000 }]
            : [{ id: 'a', payBy: now() + 3_600_000 + endsInMs }],
        ),
    }) as never;
  const [end] = await endHolds(databaseWith(60_000), []);
  expect(end?.payBy).toBeLessThan(now() + 61_000);
  await expect(endHolds(databaseWith(-10), [])).rejects.toThrow('before the database had set all of them');
});

test('of an order, the time from its own end counts', () => {
  const expiredAt = new Map([
    ['a', 1_050],
    ['b', 1_160],
    ['d', 2_300],
  ]);
  expect(delaysOfOrders(ends, expiredAt)).toEqual({
    times: { p50: 60, p99: 1_000, max: 1_000 },
    slow: 1,
    missed: 1,
  });
});

test('of a unit, the first frame counts that shows as many units as holds had ended, whichever they are', () => {
  const shown = [
    // Before the first end: whatever it shows is of something else.
    { available: 9, at: 900 },
    { available: 5, at: 1_010 },
    { available: 7, at: 1_120 },
    { available: 8, at: 1_250 },
  ];
  expect(delaysOfUnits(ends.toReversed(), shown, 5)).toEqual({
    times: { p50: 50, p99: 120, max: 120 },
    slow: 0,
    missed: 1,
  });
});

const seen: Delays = { times: null, slow: 0, missed: 0 };
const evidence = (change: Partial<Evidence>): Evidence => ({
  orders: 4,
  toBuyer: seen,
  toViewer: seen,
  books: {
    ...books,
    redis: { total: 4, available: 4, held: 0, sold: 0 },
    postgresql: { total: 4, sold: 0, inLivingOrders: 0 },
    orders: { EXPIRED: 4 },
  },
  leftOver,
  invariants,
  ...change,
});
const { books: right } = evidence({});

test.each<[string, Partial<Evidence>, string[]]>([
  ['nothing', {}, []],
  [
    'a buyer who saw nothing, and one who saw it late',
    { toBuyer: { ...seen, missed: 1, slow: 2 } },
    ['orders whose buyer did not see them EXPIRED: 1', '  seen a second or later: 2'],
  ],
  [
    'a unit that no viewer saw, and one that came late',
    { toViewer: { ...seen, missed: 3, slow: 4 } },
    ['units that no viewer saw come back: 3', '  seen a second or later: 4'],
  ],
  [
    'an order that stands still',
    {
      books: {
        ...right,
        redis: { total: 4, available: 3, held: 1, sold: 0 },
        postgresql: { total: 4, sold: 0, inLivingOrders: 1 },
        orders: { EXPIRED: 3, PENDING_PAYMENT: 1 },
      },
    },
    ['orders EXPIRED: 3', 'Redis: available: 3', 'Redis: held: 1', 'PostgreSQL: units in living orders: 1'],
  ],
])('it is broken by %s', (_, change, broken) => {
  const found = judge(evidence(change)).filter((check) => !isTrue(check));
  expect(found.map((check) => `${check.claim}: ${check.found}`)).toEqual(broken);
});
