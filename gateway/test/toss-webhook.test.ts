import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { readBody, respond } from '@stampede/shared/http';
import { IDENTITY_HEADER, verifyIdentity } from '@stampede/shared/identity';
import { openLog, openMetrics, type Log } from '@stampede/shared/telemetry';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readGatewayEnv } from '../src/env.js';
import { replicasAt } from './fixtures/replicas.js';
import { openTellPayment } from '../src/webhooks/tell-payment.js';
import { openWebhookLimit } from '../src/webhooks/webhook-limit.js';
import {
  IDENTITY_SECRET,
  openBareSubgraph,
  openStack,
  startGateway,
  type TestGateway,
} from './fixtures/house.js';

const BODY = JSON.stringify({ eventType: 'PAYMENT_STATUS_CHANGED', data: { secret: 'ps_secret' } });
const PATH = '/webhooks/toss';
const taken = { data: { noteTossEvent: true } };

type Answer = (response: ServerResponse) => void;
const takes: Answer = (response) => respond(response, 200, taken);

const stack = openStack();
let gateway: TestGateway;
/** Of a deadline that a test can wait for. */
let hasty: TestGateway;
let open: (variables: Record<string, string>) => Promise<TestGateway>;
let answer: Answer = takes;
let told: { verified: ReturnType<typeof verifyIdentity>; asked: { variables: object } }[] = [];

beforeAll(async () => {
  const payment = await openBareSubgraph(async (request, response) => {
    const body = await readBody(request, 1_000_000);
    const header = String(request.headers[IDENTITY_HEADER]);
    const verified = verifyIdentity(IDENTITY_SECRET, 'payment', header, body);
    told.push({ verified, asked: JSON.parse(body.toString()) as { variables: object } });
    answer(response);
  });
  stack.own({ close: () => payment[Symbol.asyncDispose]() });
  open = async (variables) => stack.own(await startGateway({ PAYMENT_URL: payment.url, ...variables }));
  gateway = await open({ WEBHOOK_BODY_LIMIT_BYTES: '1000' });
  hasty = await open({ WEBHOOK_DEADLINE_MS: '100' });
});
beforeEach(() => {
  answer = takes;
  told = [];
});
afterAll(() => stack.close());

const post = (body: string = BODY, headers: Record<string, string> = {}, at = gateway) =>
  at.get(PATH, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });

test('hands a webhook on as it is, signed as the gateway, and says that it is taken', async () => {
  const { status, headers } = await post(BODY, { 'tosspayments-webhook-transmission-id': 'whtrans_1' });
  expect(status).toBe(200);
  expect(told).toHaveLength(1);
  expect(told[0]).toMatchObject({
    verified: {
      ok: true,
      identity: { kind: 'service', service: 'gateway' },
      requestId: headers.get('x-request-id'),
    },
    asked: { variables: { transmissionId: 'whtrans_1', body: BODY } },
  });
});

test('takes one that does not name its transmission, and one that calls for nothing', async () => {
  answer = (response) => respond(response, 200, { data: { noteTossEvent: false } });
  expect((await post()).status).toBe(200);
  expect(told[0]?.asked.variables).toEqual({ transmissionId: null, body: BODY });
});

test.each(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])('takes none by %s', async (method) => {
  const { status, headers } = await gateway.get(PATH, { method });
  expect([status, headers.get('allow')]).toEqual([405, 'POST']);
  expect(told).toEqual([]);
});

test.each(['', '{', 'status=DONE'])('refuses %p, which is no JSON', async (body) => {
  expect((await post(body)).status).toBe(400);
  expect(told).toEqual([]);
});

test('takes a body of its own limit, and none that is a byte longer, whether it says so or not', async () => {
  const ofLength = (length: number) => JSON.stringify('x'.repeat(length - 2));
  expect((await post(ofLength(1_000))).status).toBe(200);
  expect((await post(ofLength(1_001))).status).toBe(413);
  const stream = new ReadableStream({
    start: (controller) => {
      controller.enqueue(new TextEncoder().encode(ofLength(1_001)));
      controller.close();
    },
  });
  const init = { method: 'POST', body: stream, duplex: 'half' } as RequestInit;
  expect((await gateway.get(PATH, init)).status).toBe(413);
  expect(told).toHaveLength(1);
});

test('does not wait for ever for a body', async () => {
  const socket = connect(hasty.port, '127.0.0.1');
  try {
    socket.write(`POST ${PATH} HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\n{`);
    const [head] = (await once(socket, 'data')) as [Buffer];
    expect(head.toString()).toMatch(/^HTTP\/1\.1 408 [^]*connection: close/i);
  } finally {
    socket.destroy();
  }
});

const failures: [string, Answer][] = [
  ['is gone in the middle', (response) => response.destroy()],
  [
    'has no database',
    (response) =>
      respond(response, 200, {
        data: null,
        errors: [{ message: 'no', extensions: { code: 'SERVICE_UNAVAILABLE' } }],
      }),
  ],
  ['refuses it', (response) => respond(response, 401, { errors: [{ message: 'no' }] })],
  [
    'does not know the question',
    (response) => respond(response, 400, { errors: [{ message: 'Cannot query field' }] }),
  ],
  ['is behind a proxy that is alone', (response) => respond(response, 502, '<html>')],
];

test.each(failures)('has a webhook sent again when payment %s', async (_, failure) => {
  answer = failure;
  const { status, headers } = await post();
  expect([status, headers.get('retry-after')]).toEqual([503, '60']);
  expect(told).toHaveLength(1);
});

test('has a webhook sent again when payment says nothing in time, or is not there', async () => {
  answer = () => undefined;
  expect((await post(BODY, {}, hasty)).status).toBe(503);
  const options = { IDENTITY_SECRET, WEBHOOK_DEADLINE_MS: 1_000 };
  const replicas = replicasAt('payment', 'http://127.0.0.1:1');
  const parts = { replicas, log: openLog('test', 'silent'), metrics: openMetrics('test') };
  const tell = openTellPayment(parts, options);
  try {
    expect(await tell.ofToss({ transmissionId: null, body: BODY, requestId: 'r-1' })).toBe(false);
  } finally {
    await tell.close();
  }
});

test('logs nothing of what was sent, even where payment quotes it', async () => {
  answer = (response) => respond(response, 400, { errors: [{ message: `Cannot query field "${BODY}"` }] });
  const payment = await openBareSubgraph((_: IncomingMessage, response) => answer(response));
  const lines: unknown[][] = [];
  const keep = (...line: unknown[]) => lines.push(line);
  const log = Object.assign(Object.create(openLog('test', 'silent')) as Log, { warn: keep, error: keep });
  const parts = { replicas: replicasAt('payment', payment.url), log, metrics: openMetrics('test') };
  const tell = openTellPayment(parts, { IDENTITY_SECRET, WEBHOOK_DEADLINE_MS: 1_000 });
  try {
    const sent = { transmissionId: null, body: BODY, requestId: 'r-1' };
    expect(await tell.ofToss(sent)).toBe(false);
    answer = (response) =>
      respond(response, 200, { data: null, errors: [{ message: BODY, extensions: { code: 'INTERNAL' } }] });
    expect(await tell.ofToss(sent)).toBe(false);
    expect(lines).toHaveLength(2);
    expect(JSON.stringify(lines)).not.toContain('secret');
  } finally {
    await tell.close();
    await payment[Symbol.asyncDispose]();
  }
});

test('takes so many of one address and so many of all, and says when it takes more', async () => {
  const strict = await open({ TRUSTED_PROXIES: '1', WEBHOOKS_PER_ADDRESS: '2', WEBHOOKS_IN_ALL: '3' });
  const from = (address: string) => post(BODY, { 'x-forwarded-for': `9.9.9.9, ${address}` }, strict);
  const statuses = [];
  for (const address of ['10.0.0.1', '10.0.0.1', '10.0.0.1', '10.0.0.2', '10.0.0.2']) {
    statuses.push((await from(address)).status);
  }
  // What the first address had refused was not counted against all.
  expect(statuses).toEqual([200, 200, 429, 200, 429]);
  const seconds = Number((await from('10.0.0.3')).headers.get('retry-after'));
  expect(seconds).toBeGreaterThanOrEqual(1);
  expect(seconds).toBeLessThanOrEqual(10);
  expect(told).toHaveLength(3);
  const { text } = await strict.get('/metrics');
  const counts = [...text.matchAll(/^stampede_webhooks_total\{.*outcome="([\w-]+)".*\} (\d+)$/gm)];
  expect(counts.map(([, outcome, count]) => [outcome, count])).toEqual([
    ['taken', '3'],
    ['too-many', '3'],
  ]);
});

test('takes thousands at once from one address, unless a setting says otherwise', () => {
  const { WEBHOOKS_PER_ADDRESS: perAddress, WEBHOOKS_IN_ALL: inAll } = readGatewayEnv({
    IDENTITY_SECRET,
    NODE_ENV: 'test',
    PORT: '0',
    SUPERGRAPH_FILE: 'supergraph.graphql',
  });
  const limit = openWebhookLimit(perAddress, inAll);
  for (let n = 0; n < 5_000; n++) expect(limit('10.0.0.1')).toBe(0);
  expect(limit('10.0.0.2')).toBe(0);
});

test('is not there without a payment service of the house', async () => {
  const stranger = stack.own(await startGateway({}));
  expect((await post(BODY, {}, stranger)).status).toBe(404);
});
