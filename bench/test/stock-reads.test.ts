import { expect, test } from '@jest/globals';
import { isTrue } from '../src/judging/check.js';
import { percentilesOfHistogram } from '../src/measure/histogram.js';
import { countWrong } from '../src/stock-reads/books.js';
import { judge, type Evidence } from '../src/stock-reads/judge.js';
import { openReader } from '../src/stock-reads/reader/reader.js';
import { readStock } from '../src/stock-reads/reader/read-stock.js';
import { stockRequest } from '../src/stock-reads/reader/stock-request.js';
import { openAnsweringServer, type Asked, type Reply } from './answering-server.js';
import { evidence as saleEvidence } from './evidence.js';

const IDS = ['1', '2', '3'].map((digit) => `${digit.repeat(8)}-0000-4000-8000-${digit.repeat(12)}`);
const { leftOver, invariants } = saleEvidence();

const idOf = ({ body }: Asked) => (JSON.parse(body) as { variables: { id: string } }).variables.id;
const stockOf = (id: string, available = 7, asOf = new Date()) => ({
  body: JSON.stringify({ data: { product: { id, stock: { available, held: 2, sold: 1, asOf } } } }),
});

async function openHouse(answer: (asked: Asked) => Reply, connections = 2, answerWithinMs = 10_000) {
  const server = await openAnsweringServer(answer);
  const url = new URL(`http://127.0.0.1:${server.port}/graphql`);
  const requests = Array.from({ length: connections }, (_, number) => stockRequest(url, `token-${number}`));
  const reader = openReader(url.hostname, server.port, requests, answerWithinMs);
  return {
    server,
    reader,
    [Symbol.asyncDispose]: async () => {
      reader.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

test('a sweep asks once for each product, each connection as somebody else', async () => {
  await using house = await openHouse((asked) => stockOf(idOf(asked)));
  const reads = await house.reader.sweep(IDS);
  expect(reads.map(({ id }) => id).sort()).toEqual(IDS);
  expect(reads[0]).toMatchObject({ available: 7, held: 2, sold: 1, asOf: expect.any(Number) });
  expect(house.server.asked.map(idOf).sort()).toEqual(IDS);
  expect(new Set(house.server.asked.map(({ authorization }) => authorization))).toEqual(
    new Set(['Bearer token-0', 'Bearer token-1']),
  );
});

test('a sweep says which product it was not told of', async () => {
  await using house = await openHouse(() => stockOf(IDS[0]!), 1);
  await expect(house.reader.sweep([IDS[1]!])).rejects.toThrow(`product ${IDS[1]} is not told`);
});

test('neither a sweep nor a read at random waits for an answer that does not come', async () => {
  await using house = await openHouse(() => ({ silent: true }), 1, 50);
  const { reader } = house;
  await expect(reader.sweep([IDS[0]!])).rejects.toThrow('is not told: no answer within 50 ms');
  const { failures } = await reader.run({ ids: IDS, seconds: 0.01 }, () => undefined);
  expect(failures).toEqual({ 'no answer within 50 ms': 1 });
});

test('reads at random until the time is over, one at a time on each connection', async () => {
  await using house = await openHouse((asked) => stockOf(idOf(asked), 7, new Date(Date.now() - 5_000)));
  const { reader, server } = house;
  const run = await reader.run({ ids: IDS, seconds: 0.1 }, () => undefined);
  expect(run.reads).toBe(server.asked.length);
  expect(run.failures).toEqual({});
  expect(run.seconds).toBeGreaterThanOrEqual(0.1);
  expect(new Set(server.asked.map(idOf)).size).toBe(3);
  expect(server.mostAtOnce()).toBe(1);
  const times = percentilesOfHistogram(run.times)!;
  expect(times.p50).toBeGreaterThanOrEqual(0);
  expect(times.max).toBeLessThanOrEqual(run.seconds * 1_000);
  // What is told was five seconds old as it was sent.
  expect(percentilesOfHistogram(run.ages)!.p50).toBeGreaterThanOrEqual(5_000);
});

test('an error, another product and no answer at all are failures, told by how they begin', async () => {
  let number = 0;
  const answers: Reply[] = [
    { status: 401, body: '{"errors":[]}' },
    { body: '{"data":{"product":null},"errors":[{"message":"away"}]}' },
    stockOf('33333333-0000-4000-8000-000000000000', 1, new Date(0)),
    { cut: true },
  ];
  await using house = await openHouse((asked) => answers[number++] ?? stockOf(idOf(asked)), 1);
  const { failures } = await house.reader.run({ ids: [IDS[0]!], seconds: 0.1 }, () => undefined);
  expect(failures).toEqual({
    '401: {"errors":[]}': 1,
    '200: {"data":{"product":null},"errors":[{"message":"away"}]}': 1,
    [`200: ${(answers[2]!.body ?? '').slice(0, 120)}`]: 1,
    'the connection was closed without an answer': 1,
  });
});

test('only a whole answer about stock is one', () => {
  const asOf = '2026-11-21T10:00:00.000Z';
  expect(readStock(stockOf('a', 0, new Date(asOf)).body)).toEqual({
    id: 'a',
    available: 0,
    held: 2,
    sold: 1,
    asOf: Date.parse(asOf),
  });
  expect(readStock(stockOf('a').body.replace('}}}}', '}}},"errors":[{"message":"away"}]}'))).toBeUndefined();
  expect(readStock(stockOf('a').body.slice(1))).toBeUndefined();
});

test('a read is wrong when it tells other units than the books, or of a product that is in none', () => {
  const read = { id: 'a', available: 7, held: 2, sold: 1, asOf: 0 };
  const books = new Map([['a', { available: 7, taken: 3 }]]);
  expect(countWrong([read], books)).toBe(0);
  expect(
    countWrong(
      [
        { ...read, available: 8 },
        { ...read, held: 1 },
        { ...read, id: 'b' },
      ],
      books,
    ),
  ).toBe(3);
});

const evidence = (change: Partial<Evidence>): Evidence => ({
  products: 10,
  reads: 1_000,
  slow: 10,
  failures: {},
  wantedCheckouts: 10,
  orders: 9,
  otherAnswers: {},
  readInTheEnd: 10,
  wrongInTheEnd: 0,
  leftOver,
  invariants,
  ...change,
});

test.each<[string, Partial<Evidence>, string[]]>([
  ['nothing', {}, []],
  [
    'one read of a hundred too many is slow',
    { slow: 11 },
    ['reads of a second or longer, beyond one of a hundred: 1'],
  ],
  ['reads failed', { failures: { a: 2, b: 1 } }, ['reads that told no stock: 3']],
  ['a product could not be read in the end', { readInTheEnd: 9 }, ['products read in the end: 9']],
  ['a product is told wrong in the end', { wrongInTheEnd: 1 }, ['  of them, not what the books say: 1']],
  ['a pace that was not reached', { orders: 7 }, ['checkouts that were not made, beyond one of ten: 2']],
  ['a buyer was refused', { otherAnswers: { SoldOut: 1 } }, ['checkouts that were no order: 1']],
  ['a message waits', { leftOver: { ...leftOver, unpublishedMessages: 4 } }, ['messages not published: 4']],
  [
    'an invariant is violated',
    { invariants: [{ invariant: 6, claim: 'one truth', violations: ['product x'] }] },
    ['6. one truth: violations: 1'],
  ],
])('it is broken by %s', (_, change, broken) => {
  const found = judge(evidence(change)).filter((check) => !isTrue(check));
  expect(found.map((check) => `${check.claim}: ${check.found}`)).toEqual(broken);
});
