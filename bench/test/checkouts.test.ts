import { expect, test } from '@jest/globals';
import { Buyer, type GraphqlClient, type TestAccount } from '@stampede/shared/testing';
import { openCheckouts, type Pace } from '../src/checkouts/checkouts.js';
import { openAnsweringServer, type Asked, type Reply } from './answering-server.js';

const ORDER = { body: JSON.stringify({ data: { checkout: { __typename: 'Order', id: 'o' } } }) };

const buyers = ['a', 'b', 'c'].map(
  (accessToken) => new Buyer({ id: accessToken, accessToken } as TestAccount, {} as GraphqlClient),
);

async function checkOut(pace: Pace, answer: (asked: Asked, index: number) => Reply | Promise<Reply>) {
  await using server = await openAnsweringServer(answer);
  const checkouts = openCheckouts(new URL(`http://127.0.0.1:${server.port}/graphql`), buyers);
  const told: [string, number][] = [];
  try {
    let number = 0;
    const nextProduct = () => `product-${number++}`;
    const tally = await checkouts.run(pace, nextProduct, (id, at) => told.push([id, at]));
    return { tally, told, server };
  } finally {
    checkouts.close();
  }
}

test('each press is the next buyer’s, of the next product, with a key of its own', async () => {
  const { tally, told, server } = await checkOut({ perSecond: 100, seconds: 0.05 }, () => ORDER);
  expect(tally).toMatchObject({ orders: 5, others: {} });
  // Over several connections, they may come in another order.
  expect(server.asked.map(({ authorization }) => String(authorization)).sort()).toEqual(
    ['a', 'a', 'b', 'b', 'c'].map((token) => `Bearer ${token}`),
  );
  expect(new Set(told.map(([id]) => id)).size).toBe(5);
  const times = told.map(([, at]) => at);
  expect(times.toSorted((one, other) => one - other)).toEqual(times);
  const keys = server.asked.map(({ body }) => /"idempotencyKey":"([^"]+)"/.exec(body)?.[1]);
  expect(new Set(keys).size).toBe(5);
});

test('keeps its pace while nobody is answered, and tells what it reached', async () => {
  let letGo = () => undefined as void;
  const waiting = new Promise<void>((resolve) => (letGo = resolve));
  const { tally, server } = await checkOut({ perSecond: 200, seconds: 0.1 }, async (_, index) => {
    if (index === 19) letGo();
    await waiting;
    return ORDER;
  });
  expect(tally.orders).toBe(20);
  // Nobody is answered before the last one has pressed: each needs a connection of their own.
  expect(new Set(server.asked.map(({ connection }) => connection)).size).toBe(20);
  expect(tally.perSecond).toBeGreaterThan(0);
  expect(tally.perSecond).toBeLessThanOrEqual(200);
});

test('counts by what it was whatever is no order, and tells of no unit', async () => {
  const soldOut = JSON.stringify({ data: { checkout: { __typename: 'SoldOut' } } });
  const { tally, told } = await checkOut({ perSecond: 1_000, seconds: 0.003 }, (_, index) =>
    index === 0 ? { body: soldOut } : index === 1 ? { cut: true } : ORDER,
  );
  expect(tally).toMatchObject({ orders: 1, others: { SoldOut: 1, 'no answer': 1 } });
  expect(told).toHaveLength(1);
});

test('gives up what it cannot send in its time and the grace after it, with as many under way as it has connections for', async () => {
  let letGo: Promise<unknown> | undefined;
  const { tally, server } = await checkOut({ perSecond: 10_000, seconds: 0.1, graceMs: 100 }, async () => {
    letGo ??= new Promise((resolve) => setTimeout(resolve, 400));
    await letGo;
    return ORDER;
  });
  // Nobody was answered before it gave up.
  expect(server.asked.length).toBeLessThanOrEqual(256);
  expect(tally.orders).toBe(server.asked.length);
  expect(tally.perSecond).toBeLessThan(10_000 * 0.9);
});
