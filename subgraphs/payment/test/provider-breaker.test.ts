import { afterEach, expect, test } from '@jest/globals';
import type { BreakerClock } from '@stampede/shared/circuit-breaker';
import { openLog, openMetrics } from '@stampede/shared/telemetry';
import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openKakaoPayProvider } from '../src/kakaopay/kakaopay-provider.js';
import { providerBreakers, type Provider } from '../src/provider/index.js';
import { openTossProvider } from '../src/toss/toss-provider.js';

const OPEN_MS = 30_000;
const payment = {
  id: randomUUID(),
  order_id: randomUUID(),
  buyer_id: randomUUID(),
  amount: 5_000,
  provider_id: 'T1',
  attempt: 1,
};

const toPrepare = {
  id: payment.id,
  orderId: payment.order_id,
  buyerId: payment.buyer_id,
  itemName: 'Sneaker',
  quantity: 1,
  amount: payment.amount,
  approvalUrl: 'http://localhost/',
  cancelUrl: 'http://localhost/',
  failUrl: 'http://localhost/',
};

const opened: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close();
});

/** A server of a provider that answers every call so, and counts them. */
async function openServer() {
  let [status, body, calls] = [500, '', 0];
  const server: Server = createServer((request, response) => {
    calls += 1;
    request.resume().on('end', () => response.writeHead(status).end(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push(() => new Promise((resolve) => server.close(resolve)));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answers: (newStatus: number, newBody: object) => ([status, body] = [newStatus, JSON.stringify(newBody)]),
    calls: () => calls,
  };
}

const PROVIDERS = {
  KAKAOPAY: (baseUrl: string) => ({
    refusal: { error_code: -780, error_message: '', extras: { method_result_code: 'CARD_REFUSED' } },
    open: (options: object): Provider =>
      openKakaoPayProvider({ baseUrl, secretKey: 'local-only', cid: 'TC0ONETIME', ...options }),
  }),
  TOSS_PAYMENTS: (baseUrl: string) => ({
    refusal: { code: 'REJECT_CARD_COMPANY', message: '' },
    open: (options: object): Provider =>
      openTossProvider({ baseUrl, secretKey: 'local-only', publicUrl: 'http://localhost:4000', ...options }),
  }),
};
type Name = keyof typeof PROVIDERS;
const NAMES = Object.keys(PROVIDERS) as Name[];

async function openProvider(name: Name) {
  const server = await openServer();
  const timers: { ms: number; action: () => void }[] = [];
  const clock: BreakerClock = {
    elapsed: () => 0,
    now: () => 0,
    after: (ms, action) => {
      const timer = { ms, action };
      timers.push(timer);
      return { cancel: () => void timers.splice(timers.indexOf(timer), 1) };
    },
  };
  const openBreaker = providerBreakers(openLog('payment', 'silent'), openMetrics('payment'), clock);
  const breaker = openBreaker(name, 30_000);
  const { open, refusal } = PROVIDERS[name](server.url);
  const provider = open({ breaker });
  opened.push(() => provider.close());
  return {
    provider,
    breaker,
    server,
    refusal,
    approves: async (times: number) => {
      const kinds: string[] = [];
      for (let call = 0; call < times; call += 1) kinds.push((await provider.approve(payment, 'token')).kind);
      return new Set(kinds);
    },
    endOpenTime: () => timers.find(({ ms }) => ms === OPEN_MS)?.action(),
  };
}

test.each(NAMES)(
  '%s is held off when its calls fail, but asked about what buyers agreed to',
  async (name) => {
    const { provider, breaker, server, refusal, approves, endOpenTime } = await openProvider(name);
    expect(await approves(19)).toEqual(new Set(['unknown']));
    expect(provider.retryAt()).toBeUndefined();
    expect((await provider.lookup(payment)).kind).toBe('unknown');
    expect(provider.retryAt()).toEqual(new Date(OPEN_MS));

    const before = server.calls();
    expect(await approves(3)).toEqual(new Set(['unknown']));
    expect((await provider.lookup(payment)).kind).toBe('unknown');
    expect((await provider.cancel(payment, { amount: 1, remaining: 5_000, key: 'key' })).kind).toBe(
      'unknown',
    );
    expect(server.calls()).toBe(before + 5);
    expect(provider.retryAt()).toEqual(new Date(OPEN_MS));

    endOpenTime();
    expect(breaker.state).toBe('half-open');
    expect(provider.retryAt()).toBeUndefined();
    server.answers(400, refusal);
    // More at once than there are trials: each is made all the same.
    const atOnce = await Promise.all(Array.from({ length: 8 }, () => provider.approve(payment, 'token')));
    expect(new Set(atOnce.map(({ kind }) => kind))).toEqual(new Set(['declined']));
    expect(server.calls()).toBe(before + 13);
    expect(breaker.state).toBe('closed');
  },
);

test('while it is held off, and tried again, KakaoPay prepares no more payments than there are trials', async () => {
  const { provider, breaker, server, approves, endOpenTime } = await openProvider('KAKAOPAY');
  const prepares = () => provider.prepare(toPrepare);
  await approves(20);
  expect(await prepares()).toEqual({ kind: 'unavailable', cause: 'HeldOff' });
  expect(server.calls()).toBe(20);

  endOpenTime();
  const outcomes = Promise.all(Array.from({ length: 60 }, prepares));
  // Before any of them has ended.
  expect(breaker.state).toBe('half-open');
  await Promise.resolve();
  expect(provider.retryAt()).toEqual(new Date(31_000));
  const causes = (await outcomes).map((outcome) => 'cause' in outcome && outcome.cause);
  expect(causes).toEqual([...Array(5).fill('HTTP 500'), ...Array(55).fill('HeldOff')]);
  expect(server.calls()).toBe(25);
  expect(breaker.state).toBe('open');
});

test.each(NAMES)('%s that refuses buyers’ cards, however many, is not held off', async (name) => {
  const { provider, server, refusal, approves } = await openProvider(name);
  server.answers(400, refusal);
  expect(await approves(40)).toEqual(new Set(['declined']));
  expect(provider.retryAt()).toBeUndefined();
});

test.each(NAMES.flatMap((name) => [401, 429].map((status) => [name, status] as const)))(
  '%s that takes no call of ours (%d) is held off',
  async (name, status) => {
    const { provider, server, refusal, approves } = await openProvider(name);
    server.answers(status, refusal);
    await approves(20);
    expect(provider.retryAt()).toEqual(new Date(OPEN_MS));
  },
);
