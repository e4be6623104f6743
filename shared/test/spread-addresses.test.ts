import { afterEach, expect, jest, test } from '@jest/globals';
import { openBreaker } from '@stampede/shared/spread';
import { eventually } from '@stampede/shared/testing';
import { openServer, openSpread } from './spread-fixture.js';

afterEach(() => {
  jest.useRealTimers();
});

test('finds replicas that join a name, and leaves those that left it when they have answered', async () => {
  jest.useFakeTimers({
    doNotFake: ['nextTick', 'setImmediate', 'clearImmediate', 'queueMicrotask', 'performance'],
  });
  const turn = () => new Promise(setImmediate);
  await using one = await openServer(undefined, '127.0.0.2');
  await using two = await openServer(undefined, '127.0.0.3', one.port);
  let ips: string[] | Error = ['127.0.0.2'];
  await using spread = openSpread({
    urls: [`http://order.test:${one.port}`],
    resolve: (hostname) => {
      expect(hostname).toBe('order.test');
      return ips instanceof Error ? Promise.reject(ips) : Promise.resolve(ips);
    },
  });
  const labels = () => spread.replicas.all().map(({ label }) => label);
  const looks = async (next: string[] | Error) => {
    ips = next;
    jest.advanceTimersByTime(3_000);
    await turn();
  };
  await turn();
  expect((await spread.read('1')).text).toBe('1');
  expect(one.headers[0]?.host).toBe(`order.test:${one.port}`);

  await looks(['127.0.0.3', '127.0.0.2']);
  expect(labels()).toEqual([`127.0.0.2:${one.port}`, `127.0.0.3:${one.port}`]);
  await Promise.all(['2', '3', '4', '5'].map((id) => spread.read(id)));
  expect([one.asked.length, two.asked.length]).toEqual([3, 2]);

  let letGo = (): void => undefined;
  one.answer = (response, body) => (letGo = () => void response.end(body));
  two.answer = one.answer;
  const last = spread.change('last');
  while (one.asked.length + two.asked.length < 6) await turn();
  const stays = one.asked.includes('last') ? two : one;
  await looks([stays === one ? '127.0.0.2' : '127.0.0.3']);
  expect(labels()).toHaveLength(1);
  letGo();
  expect((await last).text).toBe('last');
  stays.answer = (response, body) => response.end(body);
  for (const id of ['6', '7']) await spread.read(id);
  expect(stays.asked.slice(-2)).toEqual(['6', '7']);

  await looks(new Error('the name server is away'));
  expect(labels()).toHaveLength(1);
  await looks(['::1', stays === one ? '127.0.0.2' : '127.0.0.3']);
  expect(labels()).toContain(`[::1]:${one.port}`);
});

test('asks those that are ready, and all of them when none is', async () => {
  await using one = await openServer();
  await using other = await openServer();
  one.ready = false;
  await using spread = openSpread({ urls: [one.url, other.url], readiness: 'of each' });
  const isNotReady = ({ url }: typeof one) => `${new URL(url).host} is not ready`;
  await eventually(() => expect(spread.replicas.problems()).toEqual([isNotReady(one)]));
  expect(spread.replicas.isReady()).toBe(true);
  for (let time = 0; time < 4; time += 1) await spread.change();
  expect([one.asked.length, other.asked.length]).toEqual([0, 4]);
  for (let time = 0; time < 4; time += 1) expect(spread.replicas.pick().origin).toBe(other.url);
  expect(spread.replicas.pick(spread.replicas.all()[1]).origin).toBe(one.url);

  other.ready = false;
  await eventually(() => expect(spread.replicas.problems()).toEqual([one, other].map(isNotReady)));
  expect(spread.replicas.isReady()).toBe(false);
  expect(await spread.figure('upstream_addresses')).toEqual({ ready: 0, not_ready: 2, open: 0 });
  for (let time = 0; time < 4; time += 1) await spread.change();
  expect([one.asked.length, other.asked.length]).toEqual([2, 6]);
});

test('a breaker opens on three failures in a row or one refusal, and closes when a trial is answered', () => {
  let now = 0;
  const states: boolean[] = [];
  const breaker = openBreaker(
    (isClosed) => states.push(isClosed),
    () => now,
  );
  breaker.failed(false);
  breaker.failed(false);
  breaker.answered();
  breaker.failed(false);
  breaker.failed(false);
  expect([breaker.lets(), states]).toEqual([true, []]);
  breaker.failed(false);
  // What was sent before it opened fails with it, and is not another failure.
  for (let time = 0; time < 50; time += 1) breaker.failed(true);
  expect([breaker.lets(), states]).toEqual([false, [false]]);

  now = 999;
  expect(breaker.lets()).toBe(false);
  now = 1_000;
  expect(breaker.lets()).toBe(true);
  breaker.began();
  expect(breaker.lets()).toBe(false);
  breaker.failed(false);
  now = 2_999;
  expect(breaker.lets()).toBe(false);
  now = 3_000;
  expect(breaker.lets()).toBe(true);
  breaker.began();
  breaker.answered();
  expect([breaker.lets(), breaker.isClosed(), states]).toEqual([true, true, [false, true]]);

  breaker.failed(true);
  expect(breaker.lets()).toBe(false);
  now = 4_000;
  breaker.began();
  // A trial without an end holds up no other for longer.
  now = 5_000;
  expect(breaker.lets()).toBe(true);
});
