import { afterEach, expect, test } from '@jest/globals';
import type { BreakerClock } from '@stampede/shared/circuit-breaker';
import { openLog, openMetrics } from '@stampede/shared/telemetry';
import { eventually } from '@stampede/shared/testing';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { openProviderHttp, providerBreakers } from '../src/provider/index.js';

const opened: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close();
});

/** A client of two connections, and a server that answers when it is told to. Only the test moves the breaker's clock. */
async function openSlowProvider() {
  const held: ServerResponse[] = [];
  let elapsed = 0;
  const server = createServer((_, response) => held.push(response)).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const clock: BreakerClock = { elapsed: () => elapsed, now: () => 0, after: () => ({ cancel: () => {} }) };
  const metrics = openMetrics('payment');
  const breaker = providerBreakers(openLog('payment', 'silent'), metrics, clock)('slow', 30_000);
  const http = openProviderHttp({
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    authorization: 'none',
    timeoutMs: 30_000,
    refusal: z.object({}),
    breaker,
    connections: 2,
  });
  opened.push(async () => {
    await http.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const deadline = new AbortController();
  return {
    breaker,
    calls: (times: number) =>
      Array.from({ length: times }, () =>
        http.call({ step: 'test', method: 'GET', path: '/' }, z.object({}), deadline.signal),
      ),
    /** Waits until the server has so many calls in hand, and answers them after so many ms of the breaker's clock. */
    answers: async (times: number, ms: number) => {
      await eventually(() => expect(held).toHaveLength(times));
      elapsed += ms;
      for (const response of held.splice(0)) response.end('{}');
    },
    has: (times: number) => eventually(() => expect(held).toHaveLength(times)),
    timeIsOver: () => deadline.abort(new DOMException('', 'TimeoutError')),
    counted: async () => {
      const found = await metrics.registry.getSingleMetric('stampede_circuit_breaker_calls_total')?.get();
      const counts = (found?.values ?? []).filter(({ value }) => value > 0);
      return Object.fromEntries(counts.map(({ labels, value }) => [labels.outcome, value]));
    },
  };
}

test('a call that waited for a connection is timed from when it was sent', async () => {
  const { calls, answers, counted } = await openSlowProvider();
  const replies = calls(4);
  await answers(2, 9_000);
  await answers(2, 9_000);
  expect(await Promise.all(replies)).toEqual([1, 2, 3, 4].map(() => ({ kind: 'ok', body: {} })));
  expect(await counted()).toEqual({ ok: 4 });
});

test('calls that were never sent say nothing of the provider', async () => {
  const { calls, has, timeIsOver, counted, breaker } = await openSlowProvider();
  const replies = calls(30);
  await has(2);
  timeIsOver();
  const causes = (await Promise.all(replies)).map((reply) => 'cause' in reply && reply.cause);
  expect(causes).toEqual(['TimeoutError', 'TimeoutError', ...Array(28).fill('NoConnectionFree')]);
  expect(await counted()).toEqual({ failed: 2 });
  expect(breaker.state).toBe('closed');
});

test('nor does one that had hardly any time left when it was sent', async () => {
  const { calls, answers, has, timeIsOver, counted } = await openSlowProvider();
  const replies = calls(4);
  await answers(2, 0);
  await has(2);
  timeIsOver();
  expect((await Promise.all(replies)).map(({ kind }) => kind)).toEqual([
    'ok',
    'ok',
    'unanswered',
    'unanswered',
  ]);
  expect(await counted()).toEqual({ ok: 2, ignored: 2 });
});
