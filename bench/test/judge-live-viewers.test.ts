import { expect, test } from '@jest/globals';
import { isTrue } from '../src/judging/check.js';
import { judge, type Evidence } from '../src/live-viewers/judge.js';
import type { ShownChanges } from '../src/live-viewers/show-changes.js';
import { evidence as saleEvidence } from './evidence.js';

const arrival = { arrived: 3, allMs: 20, each: { p50: 5, p99: 9, max: 9 }, failures: {} };
const shown: ShownChanges = {
  wantedPerSecond: 2,
  perSecond: 2,
  changes: 4,
  others: {},
  toEach: { p50: 5, p99: 9, max: 9 },
  toLast: { p50: 8, p99: 9, max: 9 },
  framesPerViewer: 4,
  missed: 0,
};
const { leftOver, invariants, books } = saleEvidence();

/** Three viewers who saw four of ten units go, and nothing wrong, but for `change`. */
const evidence = (change: Partial<Evidence> = {}): Evidence => ({
  viewers: 3,
  stock: 10,
  connecting: arrival,
  storm: arrival,
  shown: [shown],
  orders: 4,
  wantedCheckouts: 4,
  otherAnswers: 0,
  lost: 0,
  showingTheEnd: 3,
  books: {
    ...books,
    redis: { total: 10, available: 6, held: 4, sold: 0 },
    postgresql: { total: 10, sold: 0, inLivingOrders: 4 },
  },
  leftOver,
  invariants,
  ...change,
});

const brokenIn = (change: Partial<Evidence>) =>
  judge(evidence(change))
    .filter((check) => !isTrue(check))
    .map(({ claim, wanted, found }) => `${claim}: ${found}, not ${wanted}`);

test('nothing is broken when all see the end of what was sold', () => {
  expect(brokenIn({})).toEqual([]);
});

test.each<[string, Partial<Evidence>, string[]]>([
  ['somebody never came', { connecting: { ...arrival, arrived: 2 } }, ['viewers who came: 2, not 3']],
  [
    'somebody had to come twice',
    { connecting: { ...arrival, failures: { ECONNRESET: 1, 'closed with 1011': 1 } } },
    ['connections that failed as they came: 2, not 0'],
  ],
  [
    'somebody did not come back',
    { storm: { ...arrival, arrived: 1 } },
    ['viewers who came back after the storm: 1, not 3'],
  ],
  [
    'somebody was turned away in the storm',
    { storm: { ...arrival, failures: { ECONNREFUSED: 1 } } },
    ['connections that failed in the storm: 1, not 0'],
  ],
  ['a connection was lost', { lost: 1 }, ['connections that ended by themselves: 1, not 0']],
  [
    'somebody missed the end',
    { shown: [shown, { ...shown, missed: 2 }], showingTheEnd: 2 },
    ['changes that a viewer missed: 2, not 0', 'viewers whose last frame shows what is left: 2, not 3'],
  ],
  [
    'the pace was not reached',
    { wantedCheckouts: 10, otherAnswers: 1 },
    ['checkouts that were not made, beyond one of ten: 4, not 0', 'checkouts that were no order: 1, not 0'],
  ],
  ['a buyer was refused', { otherAnswers: 1 }, ['checkouts that were no order: 1, not 0']],
  [
    'the stores have another number',
    {
      books: {
        ...books,
        redis: { total: 10, available: 5, held: 5, sold: 0 },
        postgresql: { total: 10, sold: 0, inLivingOrders: 5 },
      },
    },
    ['Redis: available: 5, not 6', 'Redis: held: 5, not 4', 'PostgreSQL: units in living orders: 5, not 4'],
  ],
  [
    'Redis forgot the product',
    { books: { ...evidence().books, redis: null } },
    ['Redis: available: NaN, not 6', 'Redis: held: NaN, not 4'],
  ],
  ['there is a dead letter', { leftOver: { ...leftOver, deadLetters: 1 } }, ['dead letters: 1, not 0']],
  [
    'an invariant is violated',
    { invariants: [{ invariant: 6, claim: 'one truth', violations: ['product x'] }] },
    ['6. one truth: violations: 1, not 0'],
  ],
])('it is broken when %s', (_, change, broken) => {
  expect(brokenIn(change)).toEqual(broken);
});
