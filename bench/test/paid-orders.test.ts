import { expect, test } from '@jest/globals';
import { readArguments } from '../src/arguments.js';
import { PRICE } from '../src/checkouts/put-on-sale.js';
import { isTrue } from '../src/judging/check.js';
import { answerReader } from '../src/load/read-answer.js';
import { shortageOf } from '../src/machine-limits.js';
import { burstFigures } from '../src/paid-orders/burst.js';
import { openConfirmations } from '../src/paid-orders/confirmations.js';
import { costOf, millisecondsPerOrder } from '../src/paid-orders/cost.js';
import { judge, type Evidence } from '../src/paid-orders/judge.js';
import { loopFigures, type Bought } from '../src/paid-orders/loop.js';
import { expectType, pressRequest, readToken } from '../src/paid-orders/requests.js';
import { answered, evidence as saleEvidence } from './evidence.js';

test('sixty-four buyers for a minute, then 8,500 at once over 512 connections, unless told otherwise', () => {
  const usual = readArguments(['paid-orders']);
  expect(usual).toEqual({
    scenario: 'paid-orders',
    buyers: 64,
    seconds: 60,
    burst: 8_500,
    connections: 512,
    provider: 'KAKAOPAY',
    runs: 1,
    profile: false,
  });
  expect(shortageOf(usual, { openFiles: 1_012, ports: 1_012 })).toBeUndefined();
  expect(shortageOf(usual, { openFiles: 1_011, ports: 1_012 })).toContain('ulimit -n 1012');
  const loopOnly = readArguments(['paid-orders', '--burst', '0']);
  expect(shortageOf(loopOnly, { openFiles: 564, ports: 564 })).toBeUndefined();
  expect(readArguments(['paid-orders', '--seconds', '0', '--burst', '100'])).toMatchObject({
    seconds: 0,
    connections: 100,
  });
  const toss = readArguments(['paid-orders', '--provider', 'TOSS_PAYMENTS']);
  expect(toss).toMatchObject({ provider: 'TOSS_PAYMENTS' });
  expect(() => readArguments(['paid-orders', '--provider', 'TOSS'])).toThrow(
    'is one of KAKAOPAY, TOSS_PAYMENTS',
  );
  expect(() => readArguments(['paid-orders', '--buyers', '0'])).toThrow('from 1 to 2000');
});

test('what is CONFIRMED after the time counts in no rate, and in every percentile', () => {
  const bought = (confirmedAt: number): Bought => ({
    orderId: 'a',
    checkoutAt: 0,
    approveAt: 100,
    approvedAt: 130,
    confirmedAt,
  });
  expect(loopFigures([bought(200), bought(2_000), bought(2_500)], 2_000, 2)).toEqual({
    orders: 2,
    seconds: 2,
    perSecond: 1,
    approve: { p50: 30, p99: 30, max: 30 },
    approvedToConfirmed: { p50: 1_870, p99: 2_370, max: 2_370 },
    checkoutToConfirmed: { p50: 2_000, p99: 2_500, max: 2_500 },
  });
});

const pressed = [{ orderId: 'a' }, { orderId: 'b' }];
const answers = [answered({}, 0, 400), answered({}, 300, 500)];

test('of a burst, waiting for a connection is told apart from the approval, and CONFIRMED is since it began', () => {
  const confirmedAt = new Map([
    ['a', 10_390],
    ['b', 10_900],
  ]);
  expect(burstFigures(pressed, 10_000, answers, confirmedAt)).toEqual({
    approvals: 2,
    seconds: 0.5,
    perSecond: 4,
    sinceBegin: { p50: 400, p99: 500, max: 500 },
    approve: { p50: 200, p99: 400, max: 400 },
    allConfirmedMs: 900,
    // An order may be CONFIRMED before its buyer has read the answer.
    approvedToConfirmed: { p50: -10, p99: 400, max: 400 },
  });
});

test('a burst of which one order is never CONFIRMED has no end', () => {
  const figures = burstFigures(pressed, 10_000, answers, new Map([['b', 10_900]]));
  expect(figures.allConfirmedMs).toBeNull();
  expect(figures.approvedToConfirmed).toEqual({ p50: 400, p99: 400, max: 400 });
});

test('what it costs is told for each order, of what can be told', () => {
  const cost = costOf({ cpuSeconds: { gateway: 2, order: 1, away: null } }, 300, 100);
  expect(cost).toEqual({
    cpu: {
      gateway: { seconds: 2, millisecondsPerOrder: 20 },
      order: { seconds: 1, millisecondsPerOrder: 10 },
      away: null,
    },
    commitsPerOrder: 3,
  });
  expect(millisecondsPerOrder(cost)).toBe(30);
  expect(costOf({ cpuSeconds: { gateway: 2 } }, 3, 0)).toMatchObject({ commitsPerOrder: 3 });
});

test('buyers press “pay” as a browser does, and read the token from where they are sent', () => {
  const page = new URL('http://127.0.0.1:4000/pay/1?lang=ko');
  expect(pressRequest(page).toString()).toBe(
    'POST /pay/1?lang=ko HTTP/1.1\r\nhost: 127.0.0.1:4000\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 11\r\n\r\nchoice=card',
  );
  const read = answerReader();
  const sentBack = read(
    Buffer.from(
      'HTTP/1.1 303 See Other\r\nlocation: http://localhost/return?payment=1&pg_token=t1\r\ncontent-length: 0\r\n\r\n',
    ),
  )!;
  expect(readToken(sentBack)).toBe('t1');
  const stayed = read(Buffer.from('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n'))!;
  expect(() => readToken(stayed)).toThrow('answered 400');
});

test('an answer of another type ends a purchase, and says what it was', () => {
  const body = (answer: object) => ({ body: JSON.stringify(answer) });
  const order = { __typename: 'Order', id: 'a' };
  expect(expectType(body({ data: { checkout: order } }), 'checkout', 'Order')).toEqual(order);
  const soldOut = body({ data: { checkout: { __typename: 'SoldOut' } } });
  expect(() => expectType(soldOut, 'checkout', 'Order')).toThrow('checkout gave {"data"');
});

test('every buyer who waits is told of CONFIRMED by the same statement', async () => {
  const asked: unknown[] = [];
  const confirmed = new Set(['a', 'b']);
  const query = (_: string, [ids]: [string[]]) => {
    asked.push(ids);
    return Promise.resolve(ids.filter((id) => confirmed.has(id)).map((order_id) => ({ order_id })));
  };
  const confirmations = openConfirmations({ sql: () => ({ query }) as never });
  const [a, b] = await Promise.all([confirmations.of('a'), confirmations.of('b')]);
  expect(a).toBe(b);
  expect(asked).toEqual([['a', 'b']]);
  await confirmations.close();
  await expect(confirmations.of('c')).rejects.toThrow('nobody looks');
});

const { leftOver, invariants, books } = saleEvidence();
const evidence = (change: Partial<Evidence>): Evidence => ({
  bought: 2,
  stock: 10,
  books: {
    ...books,
    redis: { total: 10, available: 8, held: 0, sold: 2 },
    postgresql: { total: 10, sold: 2, inLivingOrders: 2 },
    orders: { CONFIRMED: 2 },
    payments: { captured: 2, capturedAmount: 2 * PRICE, refunded: 0, refundedAmount: 0 },
  },
  leftOver,
  invariants,
  ...change,
});
const { books: right } = evidence({});

test.each<[string, Partial<Evidence>, string[]]>([
  ['nothing', {}, []],
  [
    'an order that stands still, PAID',
    { books: { ...right, orders: { CONFIRMED: 1, PAID: 1 } } },
    ['orders CONFIRMED: 1'],
  ],
  [
    'an order whose buyer was told nothing',
    { bought: 1 },
    [
      'orders, all statuses: 2',
      'orders CONFIRMED: 2',
      'Redis: available: 8',
      'Redis: sold: 2',
      'PostgreSQL: sold: 2',
      'PostgreSQL: units in living orders: 2',
      'payments captured: 2',
      `won captured: ${2 * PRICE}`,
    ],
  ],
  [
    'money that went back',
    { books: { ...right, payments: { ...right.payments, refunded: 1 } } },
    ['payments refunded: 1'],
  ],
  [
    'a unit that is still held, and a message that waits',
    {
      books: { ...right, redis: { total: 10, available: 8, held: 1, sold: 1 } },
      leftOver: { ...leftOver, unpublishedMessages: 1 },
    },
    ['Redis: held: 1', 'Redis: sold: 1', 'messages not published: 1'],
  ],
])('it is broken by %s', (_, change, broken) => {
  const found = judge(evidence(change)).filter((check) => !isTrue(check));
  expect(found.map((check) => `${check.claim}: ${check.found}`)).toEqual(broken);
});
