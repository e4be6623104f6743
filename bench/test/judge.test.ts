import { expect, test } from '@jest/globals';
import { judge, type Evidence } from '../src/flash-sale/judge.js';
import { isTrue } from '../src/judging/check.js';
import { readDecision } from '../src/checkouts/decision.js';
import type { LoadAnswer } from '../src/load/load.js';
import { answered, evidence, failed, order, soldOut } from './evidence.js';

const brokenIn = (change: Partial<Evidence>) =>
  judge(evidence(change))
    .filter((check) => !isTrue(check))
    .map(({ claim, wanted, found }) => `${claim}: ${found}, not ${wanted}`);

const told = (...answers: LoadAnswer[]) => ({ decisions: answers.map(readDecision) });
const noAnswer: LoadAnswer = { sentMs: 0, answeredMs: 9, status: 0, body: 'ECONNRESET', repeats: 0 };
const { books, leftOver } = evidence();

test('a true sale has nothing broken', () => {
  expect(brokenIn({})).toEqual([]);
});

test('a sale with more units than buyers leaves the rest available', () => {
  expect(
    brokenIn({
      stock: 5,
      buyers: 2,
      ...told(order('a'), order('b')),
      books: {
        ...books,
        redis: { total: 5, available: 3, held: 0, sold: 2 },
        postgresql: { total: 5, sold: 2, inLivingOrders: 2 },
      },
    }),
  ).toEqual([]);
});

test.each<[string, LoadAnswer[], string[]]>([
  [
    'an answer is missing',
    [order('a'), order('b'), soldOut(), noAnswer],
    ['buyers without an answer: 1, not 0', 'losers who were told SoldOut, 0 available: 1, not 2'],
  ],
  [
    'a winner too many was told so',
    [order('a'), order('b'), order('c'), soldOut()],
    [
      'winners: 3, not 2',
      'orders that winners were told: 3, not 2',
      'losers who were told SoldOut, 0 available: 1, not 2',
    ],
  ],
  [
    'two winners were told of one order',
    [order('a'), order('a'), soldOut(), soldOut()],
    ['orders that winners were told: 1, not 2'],
  ],
  [
    'somebody got an error',
    [order('a'), order('b'), soldOut(), failed('INTERNAL')],
    ['losers who were told SoldOut, 0 available: 1, not 2', 'buyers who were told anything else: 1, not 0'],
  ],
  [
    'somebody was told that the sale is not open',
    [order('a'), order('b'), soldOut(), answered({ data: { checkout: { __typename: 'SaleNotOpen' } } })],
    ['losers who were told SoldOut, 0 available: 1, not 2', 'buyers who were told anything else: 1, not 0'],
  ],
  [
    'a proxy answered in place of the gateway',
    [order('a'), order('b'), soldOut(), { ...soldOut(), status: 502, body: '<html>' }],
    ['losers who were told SoldOut, 0 available: 1, not 2', 'buyers who were told anything else: 1, not 0'],
  ],
  [
    'a loser was told SoldOut of another product',
    [order('a'), order('b'), soldOut(), soldOut(0, 10, 'hat')],
    ['losers who were told SoldOut, 0 available: 1, not 2'],
  ],
  [
    'a loser was told that a unit is left',
    [order('a'), order('b'), soldOut(), soldOut(0, 10, 'shoe', 1)],
    ['losers who were told SoldOut, 0 available: 1, not 2'],
  ],
  [
    'somebody won who asked after another was told SoldOut',
    [order('a'), soldOut(0, 10), order('b', 11, 20), soldOut()],
    ['winners who came after a SoldOut: 1, not 0'],
  ],
])('it is broken when %s', (_, answers, broken) => {
  expect(brokenIn(told(...answers))).toEqual(broken);
});

test('after Redis was emptied, a unit whose holder was never told may go to a later buyer', () => {
  const late = told(order('a'), soldOut(0, 10), order('b', 11, 20), soldOut());
  expect(brokenIn({ ...late, flush: true })).toEqual([]);
});

test.each<[string, Partial<Evidence>, string[]]>([
  [
    'Redis forgot the product',
    { books: { ...books, redis: null } },
    ['total', 'available', 'held', 'sold'].map(
      (field, index) => `Redis: ${field}: NaN, not ${[2, 0, 0, 2][index]}`,
    ),
  ],
  [
    'a unit is still held',
    { books: { ...books, redis: { total: 2, available: 0, held: 1, sold: 1 } } },
    ['Redis: held: 1, not 0', 'Redis: sold: 1, not 2'],
  ],
  [
    'a unit was sold twice',
    { books: { ...books, postgresql: { total: 2, sold: 3, inLivingOrders: 3 } } },
    ['PostgreSQL: sold: 3, not 2', 'PostgreSQL: units in living orders: 3, not 2'],
  ],
  [
    'an order stands that nobody was told of',
    { books: { ...books, orders: { CONFIRMED: 2, PENDING_PAYMENT: 1 } } },
    ['orders, all statuses: 3, not 2'],
  ],
  [
    'a winner does not see the order CONFIRMED',
    { confirmed: 1 },
    ['orders that winners see CONFIRMED: 1, not 2'],
  ],
  [
    'a payment was refunded',
    { books: { ...books, payments: { ...books.payments, refunded: 1 } } },
    ['payments refunded: 1, not 0'],
  ],
  [
    'a buyer has more than the limit',
    { books: { ...books, limits: { perBuyer: 1, mostOfOneBuyer: 2 } } },
    ['buyers above the limit: 1, not 0'],
  ],
  [
    'a message was not published',
    { leftOver: { ...leftOver, unpublishedMessages: 1 } },
    ['messages not published: 1, not 0'],
  ],
  [
    'a stock effect waits',
    { leftOver: { ...leftOver, waitingStockEffects: 2 } },
    ['stock effects waiting: 2, not 0'],
  ],
  ['there is a dead letter', { leftOver: { ...leftOver, deadLetters: 1 } }, ['dead letters: 1, not 0']],
  [
    'an invariant is violated',
    { invariants: [{ invariant: 3, claim: 'money', violations: ['payment x', 'payment y'] }] },
    ['3. money: violations: 2, not 0'],
  ],
])('it is broken when %s', (_, change, broken) => {
  expect(brokenIn(change)).toEqual(broken);
});
