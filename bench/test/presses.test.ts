import { expect, test } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { graphqlRequest } from '../src/load/requests.js';
import { openPresses, type Kind } from '../src/overload/presses/press.js';
import { ANY_KEY, ANY_PRODUCT, stencil } from '../src/overload/presses/stencil.js';
import { openAnsweringServer, type Reply } from './answering-server.js';

const PRODUCT = '11111111-0000-4000-8000-000000000000';
const url = new URL('http://127.0.0.1/graphql');
const request = (token: string) => graphqlRequest(url, { product: ANY_PRODUCT, key: ANY_KEY }, token);
const order: Reply = { body: JSON.stringify({ data: { checkout: { __typename: 'Order', id: 'a' } } }) };

async function openHouse(
  answer: Parameters<typeof openAnsweringServer>[0],
  kind: Partial<Kind> = {},
  answerWithinMs?: number,
) {
  const server = await openAnsweringServer(answer);
  const whole = {
    requests: [request('one'), request('two')],
    products: [{ id: PRODUCT }],
    connections: 50,
    ...kind,
  };
  const presses = openPresses('127.0.0.1', server.port, whole, answerWithinMs);
  const close = async () => {
    presses.close();
    await server[Symbol.asyncDispose]();
  };
  return { presses, server, [Symbol.asyncDispose]: close };
}

test('a stencil puts a product, and a key that no other has, into copies of a request', () => {
  expect(ANY_KEY).toHaveLength(ANY_PRODUCT.length);
  const make = stencil(request('token'));
  const bodies = [make(PRODUCT), make(PRODUCT), stencil(request('token'))(PRODUCT)].map((made) => {
    expect(made).toHaveLength(request('token').length);
    return JSON.parse(made.toString().split('\r\n\r\n')[1]!) as { product: string; key: string };
  });
  expect(bodies.map(({ product }) => product)).toEqual([PRODUCT, PRODUCT, PRODUCT]);
  expect(new Set(bodies.map(({ key }) => key)).size).toBe(3);
  expect(bodies.every(({ key }) => key.length === 36 && key !== ANY_KEY)).toBe(true);
});

test('those who come by a clock come whether the others are answered or not, and all of them', async () => {
  let answerAll: (reply: Reply) => void = () => undefined;
  const held = new Promise<Reply>((resolve) => (answerAll = resolve));
  await using house = await openHouse((_, index) => {
    if (index === 19) answerAll(order);
    return held;
  });
  const flow = await house.presses.run({ perSecond: 200 }, 0.1);
  expect(flow.sent).toBe(20);
  expect([...flow.at].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index * 5));
  expect(flow.outcomes).toEqual(['Order']);
  expect(flow.orders).toHaveLength(20);
  expect(house.server.asked.map(({ authorization }) => authorization).slice(0, 3)).toEqual([
    'Bearer one',
    'Bearer two',
    'Bearer one',
  ]);
});

test('who finds no connection free waits for one, and that is part of the time', async () => {
  await using house = await openHouse(() => order, { connections: 1 });
  const flow = await house.presses.run({ perSecond: 1_000 }, 0.05);
  expect(flow.sent).toBe(50);
  expect(new Set(house.server.asked.map(({ connection }) => connection)).size).toBe(1);
  expect(house.server.mostAtOnce()).toBe(1);
  expect([...flow.at]).toEqual(Array.from({ length: 50 }, (_, index) => index));
});

test('of a platform that answers nobody, everybody gives up, with a connection or without', async () => {
  await using house = await openHouse(() => ({ silent: true }), { connections: 2 }, 50);
  const flow = await house.presses.run({ perSecond: 200 }, 0.05);
  expect(flow.at).toHaveLength(10);
  for (const outcome of flow.outcomes) expect(outcome).toMatch(/^no (answer|connection free) within 50 ms$/);
});

test('so many at a time press again when they are answered, until the time is over', async () => {
  // Not as fast as can be: what is looked at is the same after a few.
  await using house = await openHouse(() => pause(20, order));
  const flow = await house.presses.run({ atATime: 3 }, 0.4);
  expect(flow.sent).toBe(house.server.asked.length);
  expect(flow.sent).toBeGreaterThan(3);
  expect(new Set(house.server.asked.map(({ connection }) => connection)).size).toBe(3);
  expect(Math.max(...flow.at)).toBeLessThan(400);
});
