import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Database, Transaction } from '@stampede/shared/database';
import { Unavailable } from '@stampede/shared/errors';
import { appendEachToOutbox, Contradiction, on, OneByOne, type Told } from '@stampede/shared/messaging';
import { openLog, openMetrics } from '@stampede/shared/telemetry';
import { eventually } from '@stampede/shared/testing';
import { openHandlingTogether } from '../src/messaging/handle-together.js';
import { handleOnce } from '../src/messaging/inbox.js';
import { messagingMetrics } from '../src/messaging/metrics.js';
import { openSlots } from '../src/messaging/slots.js';
import { noted, noteDown, openHouse, upTo, type House, type Noted } from './messaging-fixture.js';

const QUEUE = 'numbers';

let house: House;
let database: Database;
beforeAll(async () => {
  house = await openHouse();
  database = await house.databaseOf('catalog');
});
afterAll(() => house[Symbol.asyncDispose]());
beforeEach(() => database.run('TRUNCATE effect, inbox, outbox'));

type HandleAll = (tx: Transaction, messages: readonly Told<Noted>[]) => Promise<void>;
const writeAll: HandleAll = async (tx, messages) => {
  const numbers = messages.map(({ body }) => body.number);
  await tx.run('INSERT INTO effect (number) SELECT unnest($1::int[])', [numbers]);
};

/** A consumer's way of handling what arrives in one turn, and how often the handler was called. */
function openHandling(handleAll: HandleAll, slots = 8) {
  const calls = { together: [] as number[][], alone: [] as number[] };
  const handler = on(
    noted,
    (tx, body) => {
      calls.alone.push(body.number);
      return noteDown(tx, body);
    },
    async (tx, messages) => {
      calls.together.push(messages.map(({ body }) => body.number));
      await handleAll(tx, messages);
    },
  );
  const metrics = messagingMetrics(openMetrics('catalog')).consumers;
  const log = openLog('catalog', 'silent');
  const slot = openSlots(slots);
  const options = {
    queue: QUEUE,
    name: 'test',
    handler,
    database,
    slot,
    metrics,
    log,
    attempts: {} as never,
  };
  const add = openHandlingTogether(options, ({ body, meta }) =>
    handleOnce(database, options, meta.messageId, (tx) => handler.handle(tx, body, meta)),
  )!;
  const deliver = (number: number, messageId = randomUUID(), abandon = new AbortController().signal) =>
    add({ incoming: { ok: true, body: { number }, meta: { messageId, attempts: 0 } }, abandon });
  /** What is measured: of how many messages, and of all of them the seconds. */
  const measured = async () => {
    const { values } = await metrics.seconds.get();
    const valueOf = (part: string) => values.find(({ metricName }) => metricName?.endsWith(part))?.value;
    return { count: valueOf('_count'), seconds: valueOf('_sum') };
  };
  return { calls, deliver, measured };
}

const effects = async () =>
  (await database.query<Noted>('SELECT number FROM effect ORDER BY number')).map(({ number }) => number);
const handled = async () => (await database.query('SELECT 1 FROM inbox')).length;

test('what waits at the same time has its effect in one transaction; one that is alone is handled as ever', async () => {
  const { calls, deliver } = openHandling(writeAll);
  expect(await Promise.all(upTo(5).map((number) => deliver(number)))).toEqual(upTo(5).map(() => 'handled'));
  expect(await deliver(6)).toBe('handled');
  expect(calls).toEqual({ together: [upTo(5)], alone: [6] });
  expect(await effects()).toEqual(upTo(6));
  const commits = await database.query('SELECT DISTINCT xmin FROM inbox');
  expect(commits).toHaveLength(2);
  expect(await handled()).toBe(6);
});

test('of the time of a batch each message has its part', async () => {
  const { deliver, measured } = openHandling(writeAll);
  const begun = performance.now();
  await Promise.all(upTo(32).map((number) => deliver(number)));
  const elapsed = (performance.now() - begun) / 1_000;
  const { count, seconds } = await measured();
  expect(count).toBe(32);
  expect(seconds).toBeLessThan(elapsed);
});

test('a message has its effect once, delivered twice in one batch or handled before', async () => {
  const { calls, deliver } = openHandling(writeAll);
  const [known, twice] = [randomUUID(), randomUUID()];
  await deliver(1, known);
  const outcomes = await Promise.all([deliver(1, known), deliver(2, twice), deliver(2, twice), deliver(3)]);
  expect(outcomes).toEqual(['duplicate', 'handled', 'duplicate', 'handled']);
  expect(calls.together).toEqual([[2, 3]]);
  expect(await Promise.all([deliver(1, known), deliver(2, twice)])).toEqual(['duplicate', 'duplicate']);
  expect(calls.together).toHaveLength(1);
  expect(await effects()).toEqual([1, 2, 3]);
});

test.each([
  ['what is out of the ordinary', new OneByOne('for a test')],
  ['a contradiction', new Contradiction('for a test')],
  ['a mistake', new Error('for a test')],
])('%s undoes the batch, and each is handled by itself', async (_, error) => {
  const { calls, deliver, measured } = openHandling(async (tx, messages) => {
    await writeAll(tx, messages);
    throw error;
  });
  expect(await Promise.all([deliver(1), deliver(2)])).toEqual(['handled', 'handled']);
  expect((await measured()).count).toBe(2);
  expect(calls.together).toEqual([[1, 2]]);
  expect(calls.alone).toHaveLength(2);
  expect(new Set(calls.alone)).toEqual(new Set([1, 2]));
  expect(await effects()).toEqual([1, 2]);
});

test('what is away fails all of a batch, which come again together', async () => {
  let away = true;
  const { calls, deliver } = openHandling(async (tx, messages) => {
    await writeAll(tx, messages);
    if (away) throw new Unavailable('Something');
  });
  const ids = [randomUUID(), randomUUID()];
  const deliverBoth = () => Promise.allSettled(ids.map((id, index) => deliver(index, id)));
  expect((await deliverBoth()).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect([await effects(), await handled()]).toEqual([[], 0]);
  away = false;
  expect((await deliverBoth()).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
  expect(calls).toEqual({
    together: [
      [0, 1],
      [0, 1],
    ],
    alone: [],
  });
});

test('those whose channel has ended are left, and those of another are handled', async () => {
  const { deliver } = openHandling(writeAll);
  const ended = AbortSignal.abort();
  const outcomes = await Promise.allSettled([deliver(1, randomUUID(), ended), deliver(2)]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  expect(await effects()).toEqual([2]);
});

test('every message that is told together carries its own request’s id', async () => {
  const events = ['request-1', undefined, 'request-3'].map((requestId, number) => ({
    body: { number },
    requestId,
  }));
  await database.transaction('test', (tx) => appendEachToOutbox(tx, noted, events));
  const rows = await database.query(
    `SELECT (body->>'number')::int AS number, request_id AS id FROM outbox ORDER BY number`,
  );
  expect(rows).toEqual([
    { number: 0, id: 'request-1' },
    { number: 1, id: null },
    { number: 2, id: 'request-3' },
  ]);
});

test('through a broker, each of a hundred messages has its effect once', async () => {
  const service = await house.openService('user', [on(noted, noteDown, writeAll)]);
  await service.note(...upTo(100));
  await eventually(async () => expect(await service.effects()).toEqual(upTo(100)));
  await eventually(async () =>
    expect(await service.counted('messages_consumed_total', { outcome: 'handled' })).toBe(100),
  );
});
