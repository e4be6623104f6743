import { afterEach, expect, jest, test } from '@jest/globals';
import { isUnavailable } from '@stampede/shared/errors';
import { respond } from '@stampede/shared/http';
import { openExchange } from '@stampede/shared/spread';
import { openMetrics } from '@stampede/shared/telemetry';
import { openBareSubgraph } from './fixtures/house.js';
import { replicasAt } from './fixtures/replicas.js';

/** Only the deadlines are the test's. */
const REAL = [
  'Date',
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
] as const;

const openTo = (deadlineMs: number, ...urls: string[]) =>
  openExchange({
    replicas: replicasAt('catalog', ...urls),
    path: '/graphql',
    deadlineMs,
    metrics: openMetrics('test'),
  });

afterEach(() => {
  jest.useRealTimers();
});

test('sends nothing that nobody waits for any more, and goes on when the subgraph does', async () => {
  let asked = 0;
  let frozen = true;
  await using subgraph = await openBareSubgraph((_, response) => {
    asked += 1;
    if (!frozen) respond(response, 200, '{}');
  });
  jest.useFakeTimers({ doNotFake: [...REAL] });
  const exchange = openTo(300, subgraph.url);
  const many = Promise.allSettled(
    Array.from({ length: 400 }, () => exchange.send({ headers: {}, body: '{}', mayRepeat: true })),
  );
  while (asked < 256) await new Promise(setImmediate);
  jest.advanceTimersByTime(300);
  const failed = (await many).filter((one) => one.status === 'rejected' && isUnavailable(one.reason));
  expect(failed).toHaveLength(400);
  frozen = false;
  expect(await exchange.send({ headers: {}, body: '{}', mayRepeat: true })).toMatchObject({
    status: 200,
    text: '{}',
  });
  expect(asked).toBe(257);
  await exchange.close();
});

test('answers more requests at once than it sends at a time', async () => {
  let under = 0;
  let most = 0;
  await using subgraph = await openBareSubgraph((_, response) => {
    under += 1;
    most = Math.max(most, under);
    setImmediate(() => {
      under -= 1;
      respond(response, 200, '{}');
    });
  });
  const exchange = openTo(60_000, subgraph.url);
  const answers = await Promise.all(
    Array.from({ length: 1_000 }, () => exchange.send({ headers: {}, body: '{}', mayRepeat: true })),
  );
  expect(answers).toHaveLength(1_000);
  expect(most).toBeLessThanOrEqual(256);
  await exchange.close();
});
