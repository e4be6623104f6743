import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { inEntrySpan, openLog, openTracing, withRequestId, type Log } from '@stampede/shared/telemetry';
import { openSpanCollector, openTestDatabase } from '@stampede/shared/testing';
import { openDatabase } from '@stampede/shared/database';
import { GraphQLError } from 'graphql';
import { Redis } from 'ioredis';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

const PERSON = 'hong.gildong@example.test';
const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl';

let lines: string[];
let log: Log;
beforeEach(() => {
  lines = [];
  log = openLog('test', 'info', { write: (line) => void lines.push(line) });
});
afterEach(() => void jest.useRealTimers());
const last = () =>
  JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown> & { err: Record<string, unknown> };

const failureOf = async (work: () => unknown): Promise<unknown> => {
  try {
    await work();
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
};

test('an error of PostgreSQL names its constraint, and nothing of the row', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stampede-log-'));
  writeFileSync(
    join(folder, '0001_person.sql'),
    '-- Up Migration\nCREATE TABLE person (mail text PRIMARY KEY, age integer CHECK (age > 0), id uuid);',
  );
  const test = await openTestDatabase('user', folder);
  const database = openDatabase({ url: test.adminUrl, schema: 'user', log });
  const insert = (mail: string, age: number, id?: string) => () =>
    database.run('INSERT INTO person VALUES ($1, $2, $3)', [mail, age, id ?? null]);
  await insert(PERSON, 1)();
  for (const [work, code, field] of [
    [insert(PERSON, 2), '23505', 'person_pkey'],
    [insert(`2${PERSON}`, -1), '23514', 'person_age_check'],
    [insert(`3${PERSON}`, 1, PERSON), '22P02', undefined],
  ] as const) {
    log.error({ err: await failureOf(work) }, 'it failed');
    expect(last().err).toMatchObject({ type: 'error', code, severity: 'ERROR' });
    expect(last().err.constraint).toBe(field);
    expect(last().err.stack).toMatch(/^\s+at /);
  }
  expect(lines.join()).not.toMatch(/gildong|example|detail|where/i);
  await database.close();
  await test[Symbol.asyncDispose]();
});

test('errors of others quote nothing that was sent: inputs, commands, bodies, tokens, addresses of links', async () => {
  const redis = new Redis(process.env.REDIS_URL ?? '');
  const refused = await failureOf(() => redis.call('GET', PERSON, 'one too many'));
  redis.disconnect();
  const errors = [
    refused,
    await failureOf(() => z.object({ mail: z.literal('x') }).parse({ mail: PERSON, [PERSON]: 1 })),
    await failureOf(() => JSON.parse(`hong ${PERSON}`)),
    new GraphQLError(`Variable "$input" got invalid value "${PERSON}"; too long`, {
      extensions: { variables: { mail: PERSON } },
    }),
    Object.assign(new Error(`550 <${PERSON}> is unknown`), { response: PERSON, body: { mail: PERSON } }),
    new Error(`no answer of https://gildong:secret@example.test/verify?token=gildong#gildong`),
    new Error(`refused: Bearer ${JWT}`, { cause: new Error('card 4111 1111 1111 1111, 010-1234-5678') }),
    new AggregateError([new Error(PERSON)], 'several'),
    await failureOf(() => z.record(z.email(), z.literal(1)).parse({ [PERSON]: 2 })),
    new Error(`several lines\n    at ${PERSON}`),
    // Cut where the address stands.
    new Error(`${'long '.repeat(98)}${PERSON}`),
    new Error(`${'long '.repeat(97)}4111 1111 1111 1111`),
    // In one pass, or this would take seconds.
    new Error('cannot represent'.repeat(20_000)),
    PERSON,
  ];
  for (const err of errors) log.error({ err, reason: `because of ${PERSON}`, email: PERSON }, 'it failed');
  expect(lines).toHaveLength(errors.length);
  expect(lines.join()).not.toMatch(/gildong|eyJ|secret@|4111|1234/);
  expect(lines.map((line) => (JSON.parse(line) as { err: { type: string } }).err.type)).toEqual([
    'ReplyError',
    'ZodError',
    'SyntaxError',
    'GraphQLError',
    'Error',
    'Error',
    'Error',
    'AggregateError',
    'ZodError',
    'Error',
    'Error',
    'Error',
    'Error',
    'string',
  ]);
});

test('an id is no telephone and no card', () => {
  const id = '00000000-0000-4000-8000-010123456789';
  log.info({ orderId: id, reason: `order ${id}` }, 'said');
  expect(last()).toMatchObject({ orderId: id, reason: `order ${id}` });
});

test('a line carries the request and the trace that it is about', async () => {
  withRequestId('request-1', () => log.info('within'));
  expect(last()).toMatchObject({ requestId: 'request-1', msg: 'within' });
  await using collector = await openSpanCollector();
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = collector.url;
  const tracing = await openTracing('test', log);
  delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
  inEntrySpan({ name: 'serve', kind: 'server', requestId: 'request-2' }, () => log.info('traced'));
  const { requestId, traceId, spanId } = last();
  log.info('outside');
  expect(last()).not.toHaveProperty('requestId');
  await tracing.close();
  expect({ requestId, traceId, spanId }).toEqual({
    requestId: 'request-2',
    traceId: collector.spans[0]?.traceId,
    spanId: collector.spans[0]?.spanId,
  });
});

test('what ten thousand requests have to say is said fifty times, and then how often more', () => {
  jest.useFakeTimers();
  for (let count = 0; count < 10_000; count += 1) log.warn({ count }, 'refused');
  log.warn('something else');
  expect(lines).toHaveLength(51);
  jest.advanceTimersByTime(10_000);
  expect(lines).toHaveLength(52);
  expect(last()).toMatchObject({ msg: 'refused', level: 40, unsaid: 9_950 });
  log.warn('refused');
  expect(lines).toHaveLength(53);
});
