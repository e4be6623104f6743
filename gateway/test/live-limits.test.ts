import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openMetrics } from '@stampede/shared/telemetry';
import { GraphQLError } from 'graphql';
import { connect } from 'node:net';
import { WebSocket } from 'ws';
import { openCrowd, type Admitted, type Visitor } from '../src/live/crowd.js';
import { openChargeOfRequest } from '../src/rates/charge-of-request.js';
import { openRates } from '../src/rates/rates.js';
import { until } from './fixtures/house.js';
import { openRaw } from './fixtures/live/clients.js';
import { openLiveShop, type LiveShop } from './fixtures/live/live-shop.js';

const WATCH = 'subscription { stockChanged(productIds: ["p1"]) { id available } }';
const ASK = '{ product(id: "p1") { id } }';

/** One of everything, of whoever an own address says to be. */
let one: LiveShop;
/** A few of everything. */
let few: LiveShop;
beforeAll(async () => {
  const proxied = { TRUSTED_PROXIES: '1' };
  one = await openLiveShop({
    ...proxied,
    LIVE_HEARTBEAT_MS: '500',
    BODY_LIMIT_BYTES: '1000',
    LIVE_CONNECTIONS_PER_ACCOUNT: '1',
    LIVE_CONNECTIONS_PER_ADDRESS: '1',
    LIVE_SUBSCRIPTIONS_PER_ACCOUNT: '1',
    LIVE_SUBSCRIPTIONS_PER_ADDRESS: '1',
  });
  few = await openLiveShop({
    ...proxied,
    LIVE_CONNECTIONS: '5',
    LIVE_CONNECTIONS_PER_ACCOUNT: '2',
    LIVE_CONNECTIONS_PER_ADDRESS: '3',
    LIVE_SUBSCRIPTIONS_PER_ACCOUNT: '3',
    LIVE_SUBSCRIPTIONS_PER_ADDRESS: '2',
    LIVE_MESSAGES: '0.1/20',
    RATES_PER_ADDRESS: 'read=0.1/1,subscription=0.1/3',
  });
});
afterAll(async () => {
  await one.close();
  await few.close();
});

let addresses = 0;
/** Of an address that nobody had before. */
const newcomer = () => ({ 'x-forwarded-for': `10.0.0.${(addresses += 1)}` });
type Who = Record<string, string>;
const signedIn = async (shop: LiveShop, sub: string, sid = sub) => ({
  authorization: `Bearer ${await shop.issuer.token({ claims: { sub, sid } })}`,
});

const open = (shop: LiveShop, headers: Who) => openRaw(shop.socketUrl, { headers });

/** An event stream, when its answer has begun. */
async function stream(shop: LiveShop, headers: Who, query = WATCH) {
  const abort = new AbortController();
  const response = await fetch(`${shop.url}/graphql?query=${encodeURIComponent(query)}`, {
    headers: { accept: 'text/event-stream', ...headers },
    signal: abort.signal,
  });
  return { response, [Symbol.asyncDispose]: () => Promise.resolve(abort.abort()) };
}

const errorOf = async (raw: Awaited<ReturnType<typeof openRaw>>, id: string) => {
  await until(() => raw.of(id).length > 0);
  const [{ type, payload } = { type: 'none' }] = raw.of(id);
  return { type, code: (payload as GraphQLError[])[0]?.extensions?.code };
};

const LIMITED = { type: 'error', code: 'RATE_LIMITED' };

test('lets in so many of an account, of an address and in all, by WebSocket and event stream alike', async () => {
  const home = newcomer();
  const buyer = await signedIn(few, 'a1');
  await using first = await open(few, home);
  await using second = await stream(few, home);
  await using third = await open(few, home);
  expect([first.status, second.response.status, third.status]).toEqual([101, 200, 101]);
  expect((await open(few, home)).status).toBe(429);
  await using refused = await stream(few, home);
  expect([refused.response.status, refused.response.headers.get('retry-after')]).toEqual([429, '5']);
  expect(await refused.response.json()).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITED' } }] });

  // Who says who they are counts as an account from then on, and leaves the address their place.
  await first.init({ authorization: buyer.authorization });
  await using fourth = await open(few, home);
  await using fifth = await stream(few, { ...home, ...buyer });
  expect([fourth.status, fifth.response.status]).toEqual([101, 200]);
  expect((await open(few, newcomer())).status).toBe(503);
  third.socket.terminate();
  await until(async () => (await few.metric('live_connections')) === 4);
  await using late = await open(few, newcomer());
  await late.init({ authorization: buyer.authorization });
  expect(await late.closed()).toEqual({ code: 4429, reason: 'Too many connections' });
  expect(first.socket.readyState).toBe(WebSocket.OPEN);
});

test('counts what an account follows over all of its connections, and gives back what is completed', async () => {
  await until(async () => (await few.metric('live_connections')) === 0);
  const buyer = await signedIn(few, 's1');
  await using first = await open(few, { ...newcomer(), ...buyer });
  await using second = await open(few, { ...newcomer(), ...buyer });
  await first.init();
  await second.init();
  for (const id of ['1', '2']) first.subscribe(id, WATCH);
  second.subscribe('3', WATCH);
  await until(() => [...first.frames, ...second.frames].filter(({ type }) => type === 'next').length === 3);
  first.subscribe('4', WATCH);
  second.subscribe('4', WATCH);
  expect(await errorOf(first, '4')).toEqual(LIMITED);
  expect(await errorOf(second, '4')).toEqual(LIMITED);
  // What ends by itself is none.
  second.subscribe('5', ASK);
  await until(() => second.of('5').length === 2);
  first.send({ type: 'complete', id: '1' });
  first.send({ type: 'complete', id: '1' });
  await until(() => few.shelves.watching() > 0);
  first.subscribe('6', WATCH);
  await until(() => first.of('6').length === 1);
  expect(first.of('6')[0]?.type).toBe('next');
  second.subscribe('7', WATCH);
  expect(await errorOf(second, '7')).toEqual(LIMITED);
});

test.each<[string, (raw: Awaited<ReturnType<typeof openRaw>>, n: number) => void]>([
  ['pings of the protocol', (raw) => raw.send({ type: 'ping' })],
  ['completes of nothing', (raw) => raw.send({ type: 'complete', id: 'x' })],
  ['pings of WebSocket', (raw) => raw.socket.ping()],
  ['pongs that nobody asked for', (raw) => raw.socket.pong()],
  ['queries', (raw, n) => raw.subscribe(String(n), '{')],
])('closes with 4429 on a flood of %s', async (_, flood) => {
  await using raw = await open(few, newcomer());
  await raw.init();
  for (let n = 0; n < 19; n += 1) raw.send({ type: 'pong' });
  expect(raw.socket.readyState).toBe(WebSocket.OPEN);
  for (let n = 0; n < 5; n += 1) flood(raw, n);
  expect(await raw.closed()).toEqual({ code: 4429, reason: 'Too many messages' });
});

test('says over WebSocket and event stream when to come again', async () => {
  const home = newcomer();
  await using raw = await open(few, home);
  await raw.init();
  raw.subscribe('1', ASK);
  await until(() => raw.of('1').length === 2);
  raw.subscribe('2', ASK);
  await until(() => raw.of('2').length === 1);
  const [error] = raw.of('2')[0]!.payload as GraphQLError[];
  expect(error?.extensions).toEqual({ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) });
  await using refused = await stream(few, home, ASK);
  expect(refused.response.status).toBe(429);
  expect(Number(refused.response.headers.get('retry-after'))).toBeGreaterThan(5);
  for (const id of ['3', '4', '5', '6']) {
    raw.subscribe(id, WATCH);
    raw.send({ type: 'complete', id });
  }
  expect(await errorOf(raw, '6')).toEqual(LIMITED);
  expect(['3', '4', '5'].flatMap((id) => raw.of(id)).filter(({ type }) => type === 'error')).toEqual([]);
});

/** Sends a message in so many parts, the last of which comes or does not. */
function inParts(socket: WebSocket, parts: number, isWhole = true): void {
  const text = JSON.stringify({ type: 'ping', payload: { at: 'p'.repeat(parts) } });
  for (let n = 0; n < parts; n += 1) {
    const last = n === parts - 1;
    socket.send(last ? text.slice(n) : text[n]!, { fin: last && isWhole });
  }
}

test('takes a message in 64 parts and none in 65, and keeps no half of one for ever', async () => {
  await using raw = await open(one, newcomer());
  await raw.init();
  inParts(raw.socket, 64);
  await until(() => raw.frames.some(({ type }) => type === 'pong'));
  inParts(raw.socket, 65);
  expect(await raw.closed()).toMatchObject({ code: 1008 });

  await using half = await open(one, newcomer());
  await half.init();
  await using other = await open(one, newcomer());
  await other.init();
  inParts(half.socket, 2, false);
  // It answers pings, and sends some, all the while.
  const alive = setInterval(() => half.socket.ping('still here'), 10);
  expect(await half.closed()).toMatchObject({ code: 1006 });
  clearInterval(alive);
  const { text } = await one.get('/metrics');
  expect(text).toMatch(/live_refused_total\{[^}]*reason="unfinished"[^}]*\} 1$/m);
  expect(other.socket.readyState).toBe(WebSocket.OPEN);
});

/** Opens, follows something, and ends as it is called. */
const ENDS: [string, (who: Who) => Promise<unknown>][] = [
  ['a socket that is closed', (who) => watched(who, ({ socket }) => socket.close())],
  ['one that is gone', (who) => watched(who, ({ socket }) => socket.terminate())],
  ['one that says nothing of the protocol', (who) => watched(who, ({ send }) => send('{'))],
  ['one that subscribes twice', (who) => watched(who, ({ subscribe }) => subscribe('1', WATCH))],
  ['one that is too long', (who) => watched(who, ({ send }) => send('x'.repeat(6_000)))],
  ['one that breaks the protocol of WebSocket', (who) => watched(who, breakFrame)],
  ['one that stops reading', (who) => watched(who, ({ socket }) => socket.pause())],
  [
    'one that introduces itself twice',
    (who) => watched(who, ({ send }) => send({ type: 'connection_init' })),
  ],
  ['one whose session ends', sessionEnds],
  ['one whose introduction is refused', (who) => introduced(who, 'Bearer a.b.c')],
  ['one of an account that has enough', accountIsFull],
  ['one that leaves before it is answered', (who) => leavesAtOnce(who)],
  ['one of another protocol', otherProtocol],
  ['one that is no WebSocket', (who) => shake(who, 'Sec-WebSocket-Version: 8')],
  ['a stream that is left', async (who) => (await stream(one, who))[Symbol.asyncDispose]()],
  ['a stream that ends by itself', async (who) => (await stream(one, who, ASK)).response.text()],
  [
    'a stream that is refused',
    async (who) => (await stream(one, who, 'subscription { no }')).response.text(),
  ],
];

async function watched(who: Who, end: (raw: Awaited<ReturnType<typeof openRaw>>) => unknown) {
  const raw = await open(one, who);
  await raw.init();
  raw.subscribe('1', WATCH);
  await until(() => raw.of('1').length === 1);
  await end(raw);
}

/** A bit that RFC 6455 reserves. */
const breakFrame = ({ socket }: { socket: WebSocket }) =>
  (socket as unknown as { _socket: { write(bytes: Buffer): void } })._socket.write(Buffer.from([0xf1, 0x80]));

async function introduced(who: Who, authorization: string) {
  const raw = await open(one, who);
  await raw.init({ authorization });
  await raw.closed();
}

async function accountIsFull({ 'x-forwarded-for': address }: Who) {
  const { authorization } = await signedIn(one, `of ${address}`);
  await using held = await open(one, { 'x-forwarded-for': '10.9.9.9' });
  await held.init({ authorization });
  await introduced({ 'x-forwarded-for': address! }, authorization);
}

async function sessionEnds({ 'x-forwarded-for': address }: Who) {
  const session = `session ${(addresses += 1)}`;
  const { authorization } = await signedIn(one, `of ${address}`, session);
  await watched({ 'x-forwarded-for': address!, authorization }, () => one.endings.end(session));
}

/** While its token is checked. */
async function leavesAtOnce(who: Who) {
  const raw = await open(one, who);
  raw.send({ type: 'connection_init', payload: await signedIn(one, 'u9') });
  raw.socket.terminate();
}

async function otherProtocol(headers: Who) {
  const socket = new WebSocket(one.socketUrl, { headers });
  await new Promise((resolve) => socket.once('close', resolve));
}

async function shake(who: Who, header: string) {
  const socket = connect(one.port, '127.0.0.1');
  const lines = ['GET /graphql HTTP/1.1', 'Host: x', 'Connection: Upgrade', 'Upgrade: websocket', header];
  const own = Object.entries(who).map(([name, value]) => `${name}: ${value}`);
  socket.write([...lines, ...own, '', ''].join('\r\n'));
  await new Promise((resolve) => socket.once('close', resolve).resume());
}

/** That somebody can connect and follow something, where there is room for one. */
async function hasRoom(who: Who): Promise<boolean> {
  await using raw = await open(one, who);
  if (raw.status !== 101) return false;
  await raw.init();
  raw.subscribe('1', WATCH);
  await until(() => raw.of('1').length === 1 || raw.socket.readyState !== WebSocket.OPEN);
  return raw.of('1')[0]?.type === 'next';
}

test('however a connection ends, of an account or of an address, its room is the next one’s', async () => {
  await Promise.all(
    ENDS.map(async ([name, end]) => {
      const home = newcomer();
      const buyer = { ...home, ...(await signedIn(one, `of ${home['x-forwarded-for']}`)) };
      for (const who of [home, buyer, home]) {
        await end(who);
        await until(() => hasRoom(who)).catch(() => {
          throw new Error(`${name} leaves no room`);
        });
      }
    }),
  );
});

test('whatever becomes of thousands of connections, each counts for as long as it is there', () => {
  let state = 37;
  // Park and Miller's: the same on every machine.
  const random = (below: number) => (state = (state * 48_271) % 2_147_483_647) % below;
  const limits = {
    connections: 12,
    connectionsPerAccount: 3,
    connectionsPerAddress: 4,
    subscriptionsPerAccount: 5,
    subscriptionsPerAddress: 6,
  };
  const rates = openRates({ perAccount: {}, perAddress: {}, metrics: openMetrics('crowd') });
  const chargeOf = openChargeOfRequest({ QUERY_TOKENS: 1_000, QUERY_FIELDS: 500 });
  let isOverloaded = false;
  const admission = { isOverloaded: () => isOverloaded };
  const crowd = openCrowd(limits, { rates, chargeOf, admission });
  const user = (n: number) => ({ kind: 'user', userId: `u${n}`, sessionId: 's', role: 'BUYER' }) as const;
  const request = (query: string) => ({ query, variables: {}, operationName: undefined });
  interface Open {
    visitor: Visitor;
    key: string;
    follows: { key: string; admitted: Admitted }[];
  }
  const inside: Open[] = [];
  const ended: Open[] = [];
  const most = (key: string, ofAccount: number, ofAddress: number) =>
    key.startsWith('u') ? ofAccount : ofAddress;
  const connected = (key: string) => inside.filter((open) => open.key === key).length;
  const followed = (key: string) =>
    [...inside, ...ended].flatMap(({ follows }) => follows).filter((follow) => follow.key === key).length;
  const mayConnect = (key: string) =>
    connected(key) < most(key, limits.connectionsPerAccount, limits.connectionsPerAddress);

  function enter(): void {
    const address = `a${random(3)}`;
    const identity = random(2) === 0 ? user(random(3)) : undefined;
    const key = identity?.userId ?? address;
    const entered = crowd.enter(address, identity);
    const isIn = !(entered instanceof GraphQLError);
    expect(isIn).toBe(inside.length < limits.connections && mayConnect(key));
    if (isIn) inside.push({ visitor: entered, key, follows: [] });
  }

  function act(open: Open): void {
    const { visitor, follows, key } = open;
    switch (random(5)) {
      case 0: {
        const identity = user(random(3));
        if (follows.length > 0 || key.startsWith('u')) return;
        const may = mayConnect(identity.userId);
        expect(visitor.isOf(identity) === undefined).toBe(may);
        if (may) open.key = identity.userId;
        return;
      }
      case 1: {
        isOverloaded = random(4) === 0;
        const admitted = visitor.begins(request(WATCH));
        const may =
          !isOverloaded &&
          followed(key) < most(key, limits.subscriptionsPerAccount, limits.subscriptionsPerAddress);
        expect(!(admitted instanceof GraphQLError)).toBe(may);
        if (!(admitted instanceof GraphQLError)) follows.push({ key, admitted });
        return;
      }
      case 2:
        follows.pop()?.admitted.ends();
        return;
      case 3: {
        const admitted = visitor.begins(request(ASK));
        if (admitted instanceof GraphQLError) throw admitted;
        admitted.ends();
        return;
      }
      default:
        visitor.leaves();
        visitor.leaves();
        expect(visitor.isOf(user(0))).toBeUndefined();
        inside.splice(inside.indexOf(open), 1);
        ended.push(open);
    }
  }

  for (let step = 0; step < 5_000; step += 1) {
    if (random(3) === 0) enter();
    else if (inside.length > 0) act(inside[random(inside.length)]!);
    // What a connection began may end after it: a socket's end is told later than the connection's.
    if (ended.length > 2) for (const { admitted } of ended.shift()!.follows) admitted.ends();
  }
});
