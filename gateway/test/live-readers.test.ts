import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { framesOf } from '../src/live/websocket/messages.js';
import { until } from './fixtures/house.js';
import { openClient, openRaw } from './fixtures/live/clients.js';
import { openLiveShop, type LiveShop } from './fixtures/live/live-shop.js';

let shop: LiveShop;
beforeAll(async () => {
  shop = await openLiveShop({
    BODY_LIMIT_BYTES: '1000000',
    QUERY_TOKENS: '9000',
    QUERY_FIELDS: '1000',
    QUERY_ALIASES: '1000',
  });
});
afterAll(() => shop.close());

const BIG = 300_000;
const big = (...ids: string[]) =>
  `subscription { stockChanged(productIds: ${JSON.stringify(ids)}) { id available padding(size: ${BIG}) } }`;

interface Stock {
  payload: { data: { stockChanged: { id: string; available: number } } };
}
const unitsOf = (frames: unknown[], id: string) =>
  (frames as Stock[])
    .map(({ payload }) => payload.data.stockChanged)
    .filter((product) => product.id === id)
    .map(({ available }) => available);

test('gives a slow reader the newest of each product, and holds no queue for them', async () => {
  await using slow = await openRaw(shop.socketUrl);
  await using client = openClient(shop.socketUrl);
  await slow.init();
  const query = big('s1', 's2');
  const fast = client.watch(query);
  await fast.after(2);
  slow.subscribe('1', query);
  await until(() => slow.of('1').length === 2);
  slow.socket.pause();
  shop.shelves.set('s2', 1_000);
  const changes = 120;
  for (let units = changes; units > 0; units -= 1) {
    shop.shelves.set('s1', units);
    await fast.after(2 + 1 + changes - units + 1);
  }
  slow.socket.resume();
  await until(() => unitsOf(slow.of('1'), 's1').at(-1) === 1);
  await until(() => unitsOf(slow.of('1'), 's2').at(-1) === 1_000);

  const seen = unitsOf(slow.of('1'), 's1').slice(1);
  expect(seen).toEqual(seen.toSorted((a, b) => b - a));
  // Everybody else was given everything, and nothing is unaccounted for.
  expect(fast.results).toHaveLength(2 + 1 + changes);
  const conflated = await shop.metric('live_conflated_frames_total');
  expect(conflated).toBeGreaterThan(changes / 2);
  expect(slow.of('1')).toHaveLength(2 + 1 + changes - conflated);
});

test('cuts off a client that never reads, while the others go on', async () => {
  await using strict = await openLiveShop({ LIVE_HEARTBEAT_MS: '500' });
  await using deaf = await openRaw(strict.socketUrl);
  await using client = openClient(strict.socketUrl);
  const fast = client.watch(big('d1'));
  await fast.after(1);
  await deaf.init();
  deaf.subscribe('1', big('d1'));
  deaf.socket.pause();
  let units = 0;
  await until(async () => {
    strict.shelves.set('d1', (units += 1));
    await fast.after(units);
    return (await strict.metric('live_connections')) === 1;
  });
  expect(await strict.metric('live_subscriptions')).toBe(1);
  expect((await strict.get('/metrics')).text).toMatch(
    /live_refused_total\{transport="websocket",reason="silent"/,
  );
});

test('cuts off a client for which eight megabytes lie unread, and copies no large value for each', async () => {
  await using greedy = await openRaw(shop.socketUrl);
  await using client = openClient(shop.socketUrl);
  const fields = Array.from({ length: 90 }, (_, index) => `a${index}: padding(size: 10000)`).join(' ');
  const query = `subscription { stockChanged(productIds: ["u1"]) { ${fields} } }`;
  const fast = client.watch(query);
  await fast.after(1);
  await greedy.init();
  greedy.socket.pause();
  for (let index = 0; index < 60; index += 1) greedy.subscribe(`${index}`, query);
  await until(async () => (await shop.metric('live_connections')) === 1);
  expect((await shop.get('/metrics')).text).toMatch(
    /live_refused_total\{transport="websocket",reason="unread"[^}]*\} 1$/m,
  );
  expect(await shop.metric('live_subscriptions')).toBe(1);
  shop.shelves.set('u1', 1);
  await fast.after(2);
  const payload = Buffer.alloc(100_000);
  expect(framesOf('1').next(payload)[1]).toBe(payload);
});

test('reads no further from a client that asks and does not take the answers', async () => {
  await using flood = await openLiveShop();
  await using greedy = await openRaw(flood.socketUrl);
  await using client = openClient(flood.socketUrl);
  await greedy.init();
  greedy.socket.pause();
  const query = `{ product(id: "p") { padding(size: 60000) } }`.padEnd(20_000, ' ');
  let sent = 0;
  let unmoved = 0;
  let before = -1;
  await until(() => {
    const unsent = greedy.socket.bufferedAmount;
    unmoved = unsent > 0 && unsent === before ? unmoved + 1 : 0;
    before = unsent;
    if (unsent === 0)
      for (let index = 0; index < 200; index += 1) greedy.subscribe(String((sent += 1)), query);
    return unmoved === 40;
  });
  expect(await flood.metric('requests_total')).toBeLessThan(sent / 2);
  expect(await client.watch('{ whoAmI }').after(1)).toHaveProperty('data');
});

test('takes a hundred subscriptions per socket, refuses the rest, and the hundred are none the worse', async () => {
  await using raw = await openRaw(shop.socketUrl);
  await raw.init();
  for (let index = 0; index < 1_000; index += 1) {
    raw.subscribe(`${index}`, `subscription { stockChanged(productIds: ["m${index}"]) { id available } }`);
  }
  const typed = (type: string) => raw.frames.filter((frame) => frame.type === type);
  await until(() => typed('next').length === 100 && typed('error').length === 900);
  expect(typed('error')[0]).toEqual({
    id: '100',
    type: 'error',
    payload: [
      {
        message:
          '100 operations are in flight on this connection already. End one, or open another connection.',
        extensions: { code: 'RATE_LIMITED' },
      },
    ],
  });
  expect(new Set(typed('error').map(({ id }) => Number(id) >= 100))).toEqual(new Set([true]));
  for (let index = 0; index < 1_000; index += 1) shop.shelves.set(`m${index}`, 1);
  await until(() => typed('next').length === 200);
  expect(new Set(typed('next').map(({ id }) => id)).size).toBe(100);
  raw.send({ type: 'complete', id: '0' });
  raw.subscribe('new', 'subscription { stockChanged(productIds: ["m0"]) { id } }');
  await until(() => raw.of('new').length === 1);
  expect(raw.of('new')).toMatchObject([{ type: 'next' }]);
});

test('ends a subscription whose values or text are too long, and nobody else’s', async () => {
  await using client = openClient(shop.socketUrl);
  await using other = openClient(shop.socketUrl);
  const watching = other.watch('subscription { stockChanged(productIds: ["w1"]) { available } }');
  await watching.after(1);
  const opened = await shop.metric('live_upstreams_opened_total');
  const watch = (fields: string[]) =>
    client.watch(`subscription { stockChanged(productIds: ["w1"]) { ${fields.join(' ')} } }`);
  const repeat = (times: number, field: (index: number) => string) =>
    Array.from({ length: times }, (_, index) => field(index));
  const refused = [
    watch(repeat(110, (index) => `a${index}: padding(size: 10000)`)),
    watch(repeat(600, (index) => `${'a'.repeat(500)}${index}: available`)),
  ];
  await until(() => refused.every(({ ended }) => ended !== undefined));
  expect(refused).toMatchObject(
    ['1048576 bytes', '262144 characters'].map((limit) => ({
      results: [],
      ended: {
        error: [{ message: expect.stringContaining(limit), extensions: { code: 'PAYLOAD_TOO_LARGE' } }],
      },
    })),
  );
  shop.shelves.set('w1', 2);
  expect(await watching.after(2)).toEqual({ data: { stockChanged: { available: 2 } } });
  expect(watching.results).toHaveLength(2);
  // The one that was sent to the subgraph; nobody's was begun once more.
  expect(await shop.metric('live_upstreams_opened_total')).toBe(opened + 1);
});

test('counts a query that its client has ended until it has been executed', async () => {
  await using strict = await openLiveShop({ LIVE_OPERATIONS: '1' });
  await using raw = await openRaw(strict.socketUrl);
  await raw.init();
  const { gate } = strict.shelves;
  for (let index = 0; index < 3; index += 1) {
    raw.subscribe(`${index}`, '{ held }');
    raw.send({ id: `${index}`, type: 'complete' });
  }
  raw.send({ type: 'ping' });
  await until(() => raw.frames.some(({ type }) => type === 'pong') && gate.reached === 1);
  expect(raw.frames.filter(({ type }) => type === 'error').map(({ id }) => id)).toEqual(['1', '2']);
  gate.open();
  let again = 0;
  await until(() => {
    raw.subscribe(`again ${(again += 1)}`, '{ whoAmI }');
    return raw.frames.some(({ type }) => type === 'next');
  });
  expect(gate.reached).toBe(1);
});
