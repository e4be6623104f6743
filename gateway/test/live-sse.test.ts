import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createClient, type ExecutionResult } from 'graphql-sse';
import { NO_CLIENT } from '@stampede/shared/identity';
import { openMetrics } from '@stampede/shared/telemetry';
import { EventEmitter, once } from 'node:events';
import { createServer, request, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Credential } from '../src/live/credential.js';
import { openLiveMetrics } from '../src/live/live-metrics.js';
import { openEventStream } from '../src/live/sse/event-stream.js';
import { openEventStreams } from '../src/live/sse/route.js';
import { openDocuments } from '../src/live/planning/index.js';
import { until } from './fixtures/house.js';
import { openLiveShop, type LiveShop } from './fixtures/live/live-shop.js';

let shop: LiveShop;
beforeAll(async () => {
  shop = await openLiveShop({ ALLOWED_ORIGINS: 'https://shop.example', LIVE_HEARTBEAT_MS: '100' });
});
afterAll(() => shop.close());

const watchOf = (id: string) => `subscription { stockChanged(productIds: ["${id}"]) { id available } }`;

/** graphql-sse's own client, in the distinct connections mode. */
function open(query: string, headers: Record<string, string> = {}) {
  const client = createClient({ url: `${shop.url}/graphql`, headers, retryAttempts: 0 });
  const results: ExecutionResult[] = [];
  const state = { ended: undefined as { error?: unknown } | undefined };
  const stop = client.subscribe(
    { query },
    {
      next: (result) => results.push(result as ExecutionResult),
      error: (error) => (state.ended = { error }),
      complete: () => (state.ended ??= {}),
    },
  );
  return { results, state, stop, ended: () => until(() => state.ended !== undefined) };
}

const EVENTS = { accept: 'text/event-stream' };
const post = (query: string, headers: Record<string, string> = {}) =>
  shop.get('/graphql', {
    method: 'POST',
    headers: { ...EVENTS, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });

test('sends the value at once and again on each change, and stops when the client does', async () => {
  shop.shelves.set('p1', 5);
  const watching = open(watchOf('p1'));
  await until(() => watching.results.length === 1);
  shop.shelves.set('p1', 4);
  await until(() => watching.results.length === 2);
  expect(watching.results.map(({ data }) => data)).toEqual(
    [5, 4].map((available) => ({ stockChanged: { id: 'p1', available } })),
  );
  expect(await shop.metric('live_subscriptions')).toBe(1);
  watching.stop();
  await until(() => shop.shelves.watching() === 0);
  expect(await shop.metric('live_subscriptions')).toBe(0);
});

test('answers queries, mutations and refusals, as events of one stream', async () => {
  const query = open('{ product(id: "p1") { id } }');
  const mutation = open('mutation { setAvailable(id: "p9", available: 2) { available } }');
  const refused = open('subscription { stockChanged(productIds: ["p1"]) { note } }');
  await Promise.all([query, mutation, refused].map(({ ended }) => ended()));
  expect(query.results).toEqual([{ data: { product: { id: 'p1' } } }]);
  expect(mutation.results).toEqual([{ data: { setAvailable: { available: 2 } } }]);
  expect(refused.results).toMatchObject([
    { errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] },
  ]);
  expect([query, mutation, refused].map(({ state }) => state.ended)).toEqual([{}, {}, {}]);
});

test('writes what a browser’s EventSource reads, with signs of life, by GET', async () => {
  const query = encodeURIComponent(watchOf('g1'));
  const abort = new AbortController();
  const response = await fetch(`${shop.url}/graphql?query=${query}`, {
    headers: EVENTS,
    signal: abort.signal,
  });
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  expect(response.headers.get('cache-control')).toContain('no-store');
  const reader = response.body?.getReader();
  let text = '';
  while (text.split(':\n\n').length < 4) {
    const { value } = (await reader?.read()) ?? {};
    text += Buffer.from(value ?? []).toString();
  }
  expect(text).toContain('event: next\ndata: {"data":{"stockChanged":{"id":"g1","available":0}}}\n\n');
  expect(text.startsWith(':\n\n')).toBe(true);
  abort.abort();
  await until(() => shop.shelves.watching() === 0);

  const finite = await shop.get(`/graphql?query=${encodeURIComponent('{ product(id: "p1") { id } }')}`, {
    headers: EVENTS,
  });
  expect(finite.text).toBe(
    ':\n\nevent: next\ndata: {"data":{"product":{"id":"p1"}}}\n\nevent: complete\ndata:\n\n',
  );
  const variables = encodeURIComponent('{"id":"v1"}');
  const withVariables = await shop.get(
    `/graphql?query=${encodeURIComponent('query Q($id: ID!) { product(id: $id) { id } }')}&variables=${variables}&operationName=Q`,
    { headers: EVENTS },
  );
  expect(withVariables.text).toContain('"id":"v1"');
});

test('changes nothing by GET', async () => {
  const mutation = encodeURIComponent('mutation { setAvailable(id: "get", available: 2) { available } }');
  const { status, headers } = await shop.get(`/graphql?query=${mutation}`, { headers: EVENTS });
  expect(status).toBe(405);
  expect(headers.get('allow')).toBe('POST');
  expect(shop.shelves.available.has('get')).toBe(false);
});

test('is spoken only to those who ask for it first', async () => {
  const as = async (accept: string) =>
    (await post('{ product(id: "p1") { id } }', { accept })).headers.get('content-type');
  expect(await as('text/event-stream, multipart/mixed')).toMatch(/^text\/event-stream/);
  expect(await as('application/graphql-response+json, application/json, text/event-stream')).toMatch(/json/);
  expect(await as('*/*')).toMatch(/json/);
});

test.each([
  ['what is not JSON', '{"query":', 'application/json', 400],
  ['a body without a query', '{}', 'application/json', 400],
  ['a type that any page may send', JSON.stringify({ query: '{ whoAmI }' }), 'text/plain', 400],
  [
    'a body over the limit',
    JSON.stringify({ query: '{ whoAmI }' }).padEnd(200_000, ' '),
    'application/json',
    413,
  ],
])('refuses %s', async (_, body, type, status) => {
  const answer = await shop.get('/graphql', {
    method: 'POST',
    headers: { ...EVENTS, 'content-type': type },
    body,
  });
  expect(answer.status).toBe(status);
  expect(answer.body.errors?.[0]?.extensions.code).toBe(
    status === 413 ? 'PAYLOAD_TOO_LARGE' : 'BAD_USER_INPUT',
  );
});

test('refuses a bad token and other sites’ pages, and lets allowed ones read', async () => {
  const bad = await post(watchOf('p1'), { authorization: 'Bearer a.b.c' });
  expect(bad.status).toBe(401);
  expect(bad.headers.get('www-authenticate')).toMatch(/^Bearer/);
  expect((await post(watchOf('p1'), { origin: 'https://evil.example' })).status).toBe(403);
  const allowed = await post('{ whoAmI }', { origin: 'https://shop.example' });
  expect(allowed.status).toBe(200);
  expect(allowed.headers.get('access-control-allow-origin')).toBe('https://shop.example');
});

test('ends with UNAUTHENTICATED when the token ends', async () => {
  const token = await shop.issuer.token({ claims: { exp: Math.floor(Date.now() / 1_000) + 3 } });
  const watching = open('subscription { orderChanged(id: "o1") { seenBy } }', {
    authorization: `Bearer ${token}`,
  });
  await until(() => watching.results.length === 1);
  expect(JSON.stringify(watching.results)).toContain('u1');
  await watching.ended();
  expect(watching.results.at(-1)).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  expect(watching.state.ended).toEqual({});
  await until(() => shop.shelves.watching() === 0);
});

test('cuts off a client that never reads', async () => {
  const query = 'subscription { stockChanged(productIds: ["deaf"]) { available padding(size: 300000) } }';
  const deaf = request(`${shop.url}/graphql?query=${encodeURIComponent(query)}`, { headers: EVENTS });
  deaf
    .on('error', () => undefined)
    .on('response', (response) => response.pause())
    .end();
  await until(async () => (await shop.metric('live_subscriptions')) === 1);
  let units = 0;
  await until(async () => {
    shop.shelves.set('deaf', (units += 1));
    return (await shop.metric('live_subscriptions')) === 0;
  });
  expect((await shop.get('/metrics')).text).toMatch(/live_refused_total\{transport="sse",reason="silent"/);
  deaf.destroy();
});

test('begins nothing for a client that left while its token was checked', async () => {
  const checked = new EventEmitter();
  const begun: unknown[] = [];
  const streams = openEventStreams({
    documents: openDocuments(1_000),
    identify: async () => ((await once(checked, 'token')) as [Credential & { ok: true }])[0],
    operate: (request) => {
      begun.push(request);
      return { subscribes: true, stop: () => undefined };
    },
    mayCome: () => true,
    clients: { ofStream: () => NO_CLIENT },
    crowd: {
      enter: () => {
        throw new Error('nobody is let in who has left');
      },
    },
    cors: () => undefined,
    bodyLimit: 1_000,
    heartbeatMs: 60_000,
    metrics: openLiveMetrics(openMetrics('left')),
  });
  const answered: Promise<void>[] = [];
  const server = createServer((asked, response) => {
    const answer = streams.route(asked, response, new URL(asked.url ?? '', 'http://host'));
    answered.push(Promise.resolve(answer));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = request({ port, path: `/?query=${encodeURIComponent(watchOf('l'))}` });
  client.on('error', () => undefined).end();
  const [socket] = (await once(server, 'connection')) as [Socket];
  await until(() => answered.length === 1);
  client.destroy();
  await until(() => socket.closed);
  checked.emit('token', { ok: true, identity: { kind: 'anonymous' } });
  await Promise.all(answered);
  expect(begun).toEqual([]);
  server.close();
});

test('cuts off a client for which eight megabytes lie unread', async () => {
  const refused: string[] = [];
  const responses: ServerResponse[] = [];
  const server = createServer((_, response) => {
    responses.push(response);
    const stream = openEventStream(response, {
      heartbeatMs: 60_000,
      metrics: openLiveMetrics(openMetrics('unread')).of('sse'),
      onRefused: (reason) => refused.push(reason),
    });
    const payload = Buffer.alloc(1024 * 1024, ' ');
    for (let count = 0; count < 40; count += 1) stream.next(payload, () => undefined);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const deaf = request({ port, host: '127.0.0.1' });
  deaf
    .on('error', () => undefined)
    .on('response', (response) => response.on('error', () => undefined).pause())
    .end();
  await until(() => refused.length > 0);
  expect(refused).toEqual(['unread']);
  await until(() => responses[0]?.closed === true);
  server.close();
});

test('breaks off when the gateway stops, so that clients come again', async () => {
  await using stopping = await openLiveShop();
  const response = await fetch(`${stopping.url}/graphql?query=${encodeURIComponent(watchOf('p1'))}`, {
    headers: EVENTS,
  });
  await until(() => stopping.shelves.watching() === 1);
  await stopping.closeGateway();
  const text = await response.text();
  expect(text).toContain('event: next');
  expect(text).not.toContain('event: complete');
});
