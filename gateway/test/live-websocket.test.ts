import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { until } from './fixtures/house.js';
import { openClient, openRaw } from './fixtures/live/clients.js';
import { openLiveShop, type LiveShop } from './fixtures/live/live-shop.js';

let shop: LiveShop;
beforeAll(async () => {
  shop = await openLiveShop({
    ALLOWED_ORIGINS: 'https://shop.example',
    BODY_LIMIT_BYTES: '5000',
  });
});
afterAll(() => shop.close());

const WATCH = 'subscription { stockChanged(productIds: ["p1"]) { id available } }';

test.each<[string, unknown]>([
  ['what is not JSON', '{"type":'],
  ['what is no message', { kind: 'subscribe' }],
  ['an unknown type', { type: 'start', id: '1', payload: {} }],
  ['a subscription without a query', { type: 'subscribe', id: '1', payload: {} }],
  ['a subscription without an id', { type: 'subscribe', payload: { query: WATCH } }],
  ['an id that is too long to be sent back with every value', { type: 'complete', id: 'x'.repeat(300) }],
  ['variables that are no object', { type: 'subscribe', id: '1', payload: { query: WATCH, variables: [] } }],
])('closes with 4400 on %s', async (_, frame) => {
  await using raw = await openRaw(shop.socketUrl);
  await raw.init();
  raw.send(frame);
  expect(await raw.closed()).toMatchObject({ code: 4400 });
});

test('closes with 4401 before the introduction, 4429 on a second, 4409 on an id in use', async () => {
  await using early = await openRaw(shop.socketUrl);
  early.subscribe('1', WATCH);
  expect(await early.closed()).toMatchObject({ code: 4401 });

  await using twice = await openRaw(shop.socketUrl);
  await twice.init();
  twice.send({ type: 'connection_init' });
  expect(await twice.closed()).toMatchObject({ code: 4429 });

  await using same = await openRaw(shop.socketUrl);
  await same.init();
  same.subscribe('1', WATCH);
  same.subscribe('1', WATCH);
  expect(await same.closed()).toEqual({ code: 4409, reason: 'Subscriber for 1 already exists' });
  await until(() => shop.shelves.watching() === 0);

  await using long = await openRaw(shop.socketUrl);
  await long.init();
  const id = '가'.repeat(120);
  long.subscribe(id, WATCH);
  long.subscribe(id, WATCH);
  expect(await long.closed()).toEqual({
    code: 4409,
    reason: `Subscriber for ${'가'.repeat(30)} already exists`,
  });
});

test('closes with 4408 who does not introduce themselves, 4406 who speaks another protocol', async () => {
  await using strict = await openLiveShop({ LIVE_INIT_MS: '200' });
  await using silent = await openRaw(strict.socketUrl);
  expect(await silent.closed()).toMatchObject({ code: 4408 });
  const other = new WebSocket(shop.socketUrl);
  const code = await new Promise((resolve) => other.once('close', resolve));
  expect(code).toBe(4406);
});

test('answers pings, takes pongs, and forgets what is completed, also twice', async () => {
  await using raw = await openRaw(shop.socketUrl);
  await raw.init();
  raw.send({ type: 'ping', payload: { at: 7 } });
  raw.send({ type: 'pong' });
  raw.subscribe('1', WATCH);
  await until(() => raw.of('1').length === 1);
  expect(raw.frames).toContainEqual({ type: 'pong', payload: { at: 7 } });
  raw.send({ type: 'complete', id: '1' });
  raw.send({ type: 'complete', id: '1' });
  await until(() => shop.shelves.watching() === 0);
  raw.subscribe('1', WATCH);
  await until(() => raw.of('1').length === 2);
});

test('refuses a message over the limit, and closes with 1009 on one far beyond', async () => {
  await using raw = await openRaw(shop.socketUrl);
  await raw.init();
  raw.subscribe('other', WATCH);
  raw.subscribe('1', WATCH.padEnd(5_100, ' '));
  await until(() => raw.of('1').length === 1);
  expect(raw.of('1')).toEqual([
    {
      id: '1',
      type: 'error',
      payload: [{ message: 'a message of more than 5000 bytes', extensions: { code: 'PAYLOAD_TOO_LARGE' } }],
    },
  ]);
  await until(() => raw.of('other').length === 1);
  raw.subscribe('2', WATCH.padEnd(30_000, ' '));
  expect(await raw.closed()).toMatchObject({ code: 1009 });
});

test('closes with 4403 on a bad token, wherever it is', async () => {
  for (const payload of [
    { Authorization: 'Bearer a.b.c' },
    { authorization: 'x' },
    { Authorization: { a: 1 } },
  ]) {
    await using raw = await openRaw(shop.socketUrl);
    await raw.init(payload);
    expect(await raw.closed()).toMatchObject({ code: 4403 });
  }
  await using raw = await openRaw(shop.socketUrl, { headers: { authorization: 'Bearer a.b.c' } });
  await raw.init();
  expect(await raw.closed()).toMatchObject({ code: 4403 });
});

test('knows who asks by the introduction, before the header of the request', async () => {
  const bearer = async (sub: string) => `Bearer ${await shop.issuer.token({ claims: { sub } })}`;
  const headers = { authorization: await bearer('u1') };
  const whoBy = async (payload?: unknown) => {
    await using raw = await openRaw(shop.socketUrl, { headers });
    await raw.init(payload);
    raw.subscribe('1', '{ whoAmI }');
    await until(() => raw.of('1').length === 2);
    return JSON.stringify(raw.of('1')[0]);
  };
  expect(await whoBy()).toContain('u1');
  expect(await whoBy({ authorization: await bearer('u2') })).toContain('u2');
});

test('closes with 4403 when the token ends, public subscriptions too, and takes a fresh one', async () => {
  const token = await shop.issuer.token({ claims: { exp: Math.floor(Date.now() / 1_000) + 3 } });
  const connectionParams = { Authorization: `Bearer ${token}` };
  await using client = openClient(shop.socketUrl, { connectionParams });
  const watching = client.watch(WATCH);
  await watching.after(1);
  await until(() => watching.ended !== undefined);
  expect(client.connections.closes).toEqual([4403]);
  expect(Date.now() / 1_000).toBeGreaterThanOrEqual(
    JSON.parse(atob(token.split('.')[1] ?? '')).exp as number,
  );
});

test('executes nothing that comes after it has begun to close', async () => {
  await using raw = await openRaw(shop.socketUrl);
  await raw.init();
  raw.send('{"type":');
  raw.subscribe('1', 'mutation { setAvailable(id: "late", available: 9) { id } }');
  expect(await raw.closed()).toMatchObject({ code: 4400 });
  // Whatever it may have begun is done when this is.
  await shop.ask('mutation { setAvailable(id: "later", available: 1) { id } }');
  expect([shop.shelves.available.get('late'), shop.shelves.available.get('later')]).toEqual([undefined, 1]);
});

test('takes pages of its own and of allowed origins, and no other site’s', async () => {
  const statusFrom = async (origin: string) => {
    await using raw = await openRaw(shop.socketUrl, { headers: { origin } });
    return raw.status;
  };
  expect(await statusFrom(shop.url)).toBe(101);
  expect(await statusFrom('https://shop.example')).toBe(101);
  expect(await statusFrom('https://studio.apollographql.com')).toBe(101);
  for (const origin of [
    'https://evil.example',
    'null',
    'https://shop.example.evil.example',
    shop.url + '0',
  ]) {
    expect(await statusFrom(origin)).toBe(403);
  }
});

test('takes its own pages behind a proxy that names another host, and none that was sent in the clear', async () => {
  await using house = await openLiveShop({ PUBLIC_URL: 'https://api.example' });
  const statusFrom = async (origin: string) => {
    await using raw = await openRaw(house.socketUrl, { headers: { origin } });
    return raw.status;
  };
  const { host } = new URL(house.url);
  expect(await statusFrom('https://api.example')).toBe(101);
  expect(await statusFrom(`https://${host}`)).toBe(101);
  expect(await statusFrom(`http://${host}`)).toBe(403);
  expect(await statusFrom('http://api.example')).toBe(403);
});

test('cuts off who answers no ping, and keeps who does', async () => {
  await using strict = await openLiveShop({ LIVE_HEARTBEAT_MS: '100' });
  await using deaf = await openRaw(strict.socketUrl);
  await using alive = await openRaw(strict.socketUrl);
  await deaf.init();
  await alive.init();
  deaf.socket.pause();
  await until(async () => (await strict.metric('live_connections')) === 1);
  deaf.socket.resume();
  expect(await deaf.closed()).toMatchObject({ code: 1006 });
  expect(alive.socket.readyState).toBe(WebSocket.OPEN);
});
