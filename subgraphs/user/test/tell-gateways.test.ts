import { expect, test } from '@jest/globals';
import {
  ENDED_SESSIONS_BODY,
  ENDED_SESSIONS_PATH,
  IDENTITY_HEADER,
  readEndedSessions,
  signIdentity,
} from '@stampede/shared/identity';
import { openLog } from '@stampede/shared/telemetry';
import { eventually } from '@stampede/shared/testing';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';
import { tellGateways } from '../src/session/ended/tell-gateways.js';
import { IDENTITY_SECRET } from './open-user.js';

const idsUpTo = (count: number) => Array.from({ length: count }, (_, nth) => `${nth}`.padStart(36, '0'));

/** What is told, and one gateway that listens, whose answer is read when the test says so. */
function openTelling(known: string[]) {
  let news: (ids: string[]) => void = () => undefined;
  const telling = tellGateways({
    ended: { ids: () => [...known], ageMs: () => 0, listen: (listener) => (news = listener) },
    identitySecret: IDENTITY_SECRET,
    log: openLog('user', 'silent'),
  });
  const identity = { kind: 'service', service: 'gateway' } as const;
  const signed = signIdentity(
    IDENTITY_SECRET,
    { audience: 'user', identity, requestId: 'test' },
    ENDED_SESSIONS_BODY,
  );
  let headers: unknown;
  const errors: Error[] = [];
  const answer = new PassThrough();
  answer.on('error', (error) => errors.push(error));
  const response = Object.assign(answer, {
    writeHead: (_: number, given: object) => (headers = given),
  }) as unknown as ServerResponse;
  const begun = telling.routes[ENDED_SESSIONS_PATH](
    { headers: { [IDENTITY_HEADER]: signed } } as unknown as IncomingMessage,
    response,
    new URL('http://user'),
  );
  let text = '';
  return {
    answer,
    begun,
    errors,
    headers: () => headers,
    news: (ids: string[]) => news(ids),
    read: () => answer.on('data', (chunk: Buffer) => (text += chunk.toString())),
    lines: () => text.split('\n').slice(0, -1).map(readEndedSessions),
    close: telling.close,
    [Symbol.asyncDispose]: async () => {
      await telling.close();
      answer.destroy();
    },
  };
}

test('tells who loads as fast as they read, however much it is, and what ends meanwhile', async () => {
  const ids = idsUpTo(500_000);
  await using telling = openTelling(ids);
  telling.news(['meanwhile']);
  expect(telling.answer.destroyed).toBe(false);
  telling.read();
  await telling.begun;
  await eventually(() => expect(telling.lines().some(({ whole }) => whole)).toBe(true));
  const lines = telling.lines();
  const told = lines
    .slice(
      0,
      lines.findIndex(({ whole }) => whole),
    )
    .flatMap(({ ended }) => ended);
  expect(told.length).toBe(ids.length + 1);
  expect(told.at(-1)).toBe('meanwhile');
  expect(telling.headers()).toMatchObject({ 'x-accel-buffering': 'no' });
});

test('tells of many that end at once in lines of which each can be read', async () => {
  await using telling = openTelling([]);
  telling.read();
  await telling.begun;
  const ids = idsUpTo(2_500);
  telling.news(ids);
  await eventually(() => expect(telling.lines().flatMap(({ ended }) => ended)).toEqual(ids));
  const news = telling.lines().filter(({ ended }) => ended.length > 0);
  expect(news.map(({ ended, whole }) => [ended.length, whole])).toEqual([
    [1_000, false],
    [1_000, false],
    [500, true],
  ]);
});

test.each([
  ['hears of each', 0],
  ['has not read all that it is to load', 10_000],
])('tells a gateway that %s nothing more when it has let it go', async (_, count) => {
  await using telling = openTelling(idsUpTo(count));
  if (count === 0) await telling.begun;
  await telling.close();
  telling.news(['late']);
  telling.read();
  await eventually(() => expect(telling.answer.readableEnded).toBe(true));
  expect(telling.errors).toEqual([]);
  expect(telling.lines().flatMap(({ ended }) => ended)).not.toContain('late');
});
