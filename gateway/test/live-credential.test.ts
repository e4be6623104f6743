import { expect, test } from '@jest/globals';
import { ANONYMOUS } from '@stampede/shared/identity';
import { whenEnded } from '../src/live/credential.js';
import { until } from './fixtures/house.js';

test('ends once, by its time or when it is taken back, and not after it was forgotten', async () => {
  const ends: string[] = [];
  const taken = new AbortController();
  const late = new AbortController();
  const identity = ANONYMOUS;
  const endsAt = Date.now() + 30;
  whenEnded({ identity, endsAt, ended: late.signal }, () => ends.push('by time'));
  whenEnded({ identity, endsAt: Date.now() + 60_000, ended: taken.signal }, () => ends.push('taken back'));
  whenEnded({ identity, endsAt, ended: taken.signal }, () => ends.push('forgotten'))();
  const forget = whenEnded({ identity }, () => ends.push('anonymous'));
  taken.abort();
  expect(ends).toEqual(['taken back']);
  await until(() => ends.length === 2);
  late.abort();
  expect(ends).toEqual(['taken back', 'by time']);
  whenEnded({ identity, ended: AbortSignal.abort() }, () => ends.push('at once'));
  expect(ends.at(-1)).toBe('at once');
  forget();
});
