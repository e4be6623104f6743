import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { openOutage } from '../src/background/index.js';
import { Unavailable } from '../src/errors/index.js';
import type { Log } from '../src/telemetry/index.js';

const said: string[] = [];
const log = {
  info: (_: object, text: string) => said.push(`info: ${text}`),
  warn: (_: object, text: string) => said.push(`warn: ${text}`),
  error: (_: object, text: string) => said.push(`error: ${text}`),
} as unknown as Log;
const AWAY = new Unavailable('Redis');

beforeEach(() => {
  said.length = 0;
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

test('says once that something is held up, and once that it goes on', () => {
  const outage = openOutage(log, 'the relay');
  for (let tries = 0; tries < 3; tries += 1) outage.began(AWAY);
  for (let tries = 0; tries < 2; tries += 1) outage.ended();
  outage.began(new Error('a mistake of ours'));
  expect(said).toEqual([
    'warn: the relay is held up; trying again until it works',
    'info: the relay goes on',
    'error: the relay is held up; trying again until it works',
  ]);
});

test('says nothing of what is over soon, but for a mistake', () => {
  const outage = openOutage(log, 'the relay', 10_000);
  outage.began(AWAY);
  jest.setSystemTime(Date.now() + 9_999);
  outage.began(AWAY);
  outage.ended();
  // What comes later is another one.
  jest.setSystemTime(Date.now() + 5_000);
  outage.began(AWAY);
  expect(said).toEqual([]);
  jest.setSystemTime(Date.now() + 10_000);
  outage.began(AWAY);
  outage.ended();
  outage.began(new Error('a mistake of ours'));
  expect(said).toEqual([
    'warn: the relay is held up; trying again until it works',
    'info: the relay goes on',
    'error: the relay is held up; trying again until it works',
  ]);
});
