import { expect, test } from '@jest/globals';
import { whenEnded } from '../src/live/credential.js';
import { openWatchers } from '../src/identity/ended/watchers.js';
import { log, until } from './fixtures/house.js';

test('ends once, by its time or when its session is ended, and not after it was forgotten', async () => {
  const ends: string[] = [];
  const watchers = openWatchers(log);
  const watchEnd = (_: unknown, then: () => void) => watchers.add('s1', then);
  const identity = { kind: 'user', userId: 'u1', role: 'BUYER', sessionId: 's1' } as const;
  const endsAt = Date.now() + 30;
  const late = Date.now() + 60_000;
  whenEnded({ identity, endsAt }, () => ends.push('by time'));
  whenEnded({ identity, endsAt: late, watchEnd }, () => ends.push('by its session'));
  whenEnded({ identity, endsAt, watchEnd }, () => ends.push('forgotten'))();
  const forget = whenEnded({ identity }, () => ends.push('never'));
  watchers.tell('s1');
  watchers.tell('s1');
  expect(ends).toEqual(['by its session']);
  await until(() => ends.length === 2);
  expect(ends).toEqual(['by its session', 'by time']);
  forget();
});

test('ends at once when its session has ended already', () => {
  const ends: string[] = [];
  const watchEnd = (_: unknown, then: () => void) => {
    then();
    return () => undefined;
  };
  const identity = { kind: 'user', userId: 'u1', role: 'BUYER', sessionId: 's1' } as const;
  whenEnded({ identity, watchEnd }, () => ends.push('at once'))();
  expect(ends).toEqual(['at once']);
});

test('leaves nothing behind of a connection that ends before its session, nor of one that ends by it', () => {
  const watchers = openWatchers(log);
  const [one, other] = [watchers.add('s1', () => undefined), watchers.add('s1', () => undefined)];
  one();
  one();
  expect(watchers.size()).toBe(1);
  other();
  expect(watchers.size()).toBe(0);
  watchers.add('s2', () => undefined);
  watchers.tell('s2');
  expect(watchers.size()).toBe(0);
});
