import { expect, test } from '@jest/globals';
import { isUnavailable, type Unavailable } from '@stampede/shared/errors';
import { openServiceClient } from '@stampede/shared/subgraph';
import { DEADLINE_HEADER } from '@stampede/shared/spread';
import { openLog, openMetrics, workFor } from '@stampede/shared/telemetry';
import { eventually } from '@stampede/shared/testing';
import { holding, OK, openServer, openSpread } from './spread-fixture.js';

const NOBODY = 'http://127.0.0.1:1';

const settled = async (calls: Promise<unknown>[]) => {
  const results = await Promise.allSettled(calls);
  const failures = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as Error] : [],
  );
  return { done: results.length - failures.length, failures };
};

test('fails no read and repeats no change when one of three replicas dies under load', async () => {
  await using first = await openServer();
  await using second = await openServer();
  // It has done all that it was asked, and answers nothing any more.
  await using dying = await openServer(() => {
    if (dying.asked.length === 20) dying.kill();
  });
  await using spread = openSpread({ urls: [dying.url, first.url, second.url], atATime: 20 });
  const ids = Array.from({ length: 100 }, (_, id) => String(id));
  const reads: Promise<unknown>[] = [];
  const changes: Promise<unknown>[] = [];
  for (const id of ids) {
    reads.push(spread.read(`read ${id}`));
    changes.push(spread.change(`change ${id}`));
  }
  expect(await settled(reads)).toEqual({ done: 100, failures: [] });
  const { done, failures } = await settled(changes);
  const isChange = (body: string) => body.startsWith('change');
  const lost = dying.asked.filter(isChange);
  expect(lost.length).toBeGreaterThan(0);
  expect(failures.every(isUnavailable)).toBe(true);
  expect(done).toBe(100 - lost.length);
  const executed = [dying, first, second].flatMap(({ asked }) => asked.filter(isChange));
  expect(executed.toSorted()).toEqual(ids.map((id) => `change ${id}`).toSorted());
  expect(await spread.figure('upstream_retries_total')).toEqual({ lost: 20 - lost.length });
});

test('takes a change elsewhere when nobody takes its connection, and then leaves that address out', async () => {
  await using there = await openServer();
  await using spread = openSpread({ urls: [NOBODY, there.url] });
  for (const id of ['1', '2', '3', '4']) expect((await spread.change(id)).text).toBe(id);
  expect(there.asked).toEqual(['1', '2', '3', '4']);
  expect(await spread.figure('upstream_retries_total')).toEqual({ unsent: 1 });
  expect(await spread.figure('upstream_addresses')).toEqual({ ready: 1, not_ready: 0, open: 1 });
});

test('does not send a change again that was sent and lost, and sends a read once more', async () => {
  const asked: string[] = [];
  const losing = () => openServer((response, body) => (asked.push(body), void response.destroy()));
  await using one = await losing();
  await using other = await losing();
  await using third = await losing();
  await using spread = openSpread({ urls: [one.url, other.url, third.url] });
  await expect(spread.change('change')).rejects.toMatchObject({ name: 'Unavailable' });
  expect(asked).toEqual(['change']);
  await expect(spread.read('read')).rejects.toMatchObject({ name: 'Unavailable' });
  expect(asked).toEqual(['change', 'read', 'read']);
});

test('asks nobody else, and leaves nobody out, where one says that it has too much to do', async () => {
  const busy = () => openServer((response) => response.writeHead(503, { 'retry-after': '2' }).end('busy'));
  await using one = await busy();
  await using other = await busy();
  await using spread = openSpread({ urls: [one.url, other.url] });
  for (let times = 1; times <= 12; times += 1) {
    expect(await spread.read()).toMatchObject({ status: 503, text: 'busy' });
    expect(one.asked.length + other.asked.length).toBe(times);
  }
  expect(await spread.figure('upstream_addresses')).toMatchObject({ ready: 2, open: 0 });
});

test('lets so many wait for a turn, and tells the others to come again', async () => {
  await using server = await openServer(holding().answer);
  await using spread = openSpread({ urls: [server.url], atATime: 1, deadlineMs: 100 });
  // All in one turn of the event loop: no deadline has ended before the last of them.
  const asked = Array.from({ length: 1 + 4_096 + 1 }, () => spread.change());
  const told = (await Promise.allSettled(asked)).map((end) => Reflect.get(end, 'reason') as Unavailable);
  expect(told.filter(({ retryAfterMs }) => retryAfterMs !== undefined)).toEqual([told.at(-1)]);
});

test.each([502, 503])(
  'asks elsewhere for a read that was answered %i, and never for a change',
  async (status) => {
    const away = () => openServer((response) => response.writeHead(status).end('away'));
    await using one = await away();
    await using other = await away();
    await using spread = openSpread({ urls: [one.url, other.url] });
    expect(await spread.change()).toMatchObject({ status, text: 'away' });
    expect(one.asked.length + other.asked.length).toBe(1);
    expect(await spread.read()).toMatchObject({ status, text: 'away' });
    expect(one.asked.length + other.asked.length).toBe(3);
    other.answer = OK;
    one.answer = OK;
    expect(await spread.read('back')).toMatchObject({ status: 200, text: 'back' });
  },
);

test('takes no answer with `connection: close` for a failure, and goes on over another connection', async () => {
  await using draining = await openServer((response, body) =>
    response.writeHead(200, { connection: 'close' }).end(body),
  );
  await using spread = openSpread({ urls: [draining.url] });
  for (const id of ['1', '2', '3', '4', '5']) expect((await spread.change(id)).text).toBe(id);
  expect(await spread.figure('upstream_retries_total')).toEqual({});
});

test('gives a slow replica less: each request goes where the fewest are under way', async () => {
  const slow = holding();
  const quick = holding();
  await using snail = await openServer(slow.answer);
  await using hare = await openServer(quick.answer);
  await using spread = openSpread({ urls: [snail.url, hare.url] });
  let done = 0;
  const first = Array.from({ length: 10 }, () => spread.read().finally(() => (done += 1)));
  await eventually(() => expect([snail.asked.length, hare.asked.length]).toEqual([5, 5]));
  quick.letGo();
  await eventually(() => expect(done).toBe(5));
  const more = Array.from({ length: 4 }, () => spread.read());
  await eventually(() => expect(hare.asked).toHaveLength(9));
  expect(snail.asked).toHaveLength(5);
  slow.letGo();
  quick.letGo();
  await Promise.all([...first, ...more]);
});

test('gives a free place at any address to who has waited longest', async () => {
  const slow = holding();
  const quick = holding();
  await using snail = await openServer(slow.answer);
  await using hare = await openServer(quick.answer);
  await using spread = openSpread({ urls: [snail.url, hare.url], atATime: 1 });
  const calls = ['1', '2', '3', '4'].map((id) => spread.change(id));
  await eventually(() => expect(snail.asked.length + hare.asked.length).toBe(2));
  quick.letGo();
  await eventually(() => expect(hare.asked).toHaveLength(2));
  expect(hare.asked[1]).toBe('3');
  quick.letGo();
  await eventually(() => expect(hare.asked).toHaveLength(3));
  expect(snail.asked).toHaveLength(1);
  quick.letGo();
  slow.letGo();
  expect((await Promise.all(calls)).map(({ text }) => text)).toEqual(['1', '2', '3', '4']);
});

const CLIENT = {
  audience: 'order',
  service: 'user',
  identitySecret: 'a secret of the tests, thirty-two long',
};

test('tells whom it asks how long it waits, a service no longer than its own caller', async () => {
  await using order = await openServer((response) => response.end('{"data":{}}'));
  const options = {
    ...CLIENT,
    urls: [order.url],
    log: openLog('test', 'silent'),
    metrics: openMetrics('test'),
  };
  const client = openServiceClient({ ...options, withinRequest: true });
  const own = openServiceClient({ ...options, deadlineMs: 9_000 });
  const within = <T>(ms: number, work: () => T) =>
    workFor({ requestId: 'r', span: undefined, deadline: performance.now() + ms }, work);
  const ask = ({ ask: by }: typeof client) => by('{ a }', {}, 'r');
  await ask(client);
  await within(1_000, () => ask(client));
  await within(1_000, () => ask(own));
  const told = order.headers.map((headers) => Number(headers[DEADLINE_HEADER]));
  expect(told[0]).toBeGreaterThan(1_000);
  expect(told[0]).toBeLessThanOrEqual(3_000);
  expect(told[1]).toBeGreaterThan(0);
  expect(told[1]).toBeLessThanOrEqual(1_000);
  expect(told[2]).toBeGreaterThan(3_000);
  await expect(within(-1, () => ask(client))).rejects.toMatchObject({
    name: 'Unavailable',
  });
  expect(order.asked).toHaveLength(3);
  await Promise.all([client.close(), own.close()]);
});
