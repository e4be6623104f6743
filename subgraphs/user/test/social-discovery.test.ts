import { expect, test } from '@jest/globals';
import { remember } from '../src/social/providers/discovery.js';

const MINUTE_MS = 60_000;

test('reads once an hour, and once for many who come at once', async () => {
  let now = 0;
  let reads = 0;
  const get = remember(
    () => Promise.resolve(++reads),
    () => now,
  );
  expect(reads).toBe(0);
  expect(await Promise.all([get(), get(), get()])).toEqual([1, 1, 1]);
  now = 60 * MINUTE_MS - 1;
  expect(await get()).toBe(1);
  now += 1;
  expect(await get()).toBe(2);
});

test('remembers no failure while nothing is known', async () => {
  let reads = 0;
  const get = remember(() => (++reads === 1 ? Promise.reject(new Error('away')) : Promise.resolve(reads)));
  await expect(get()).rejects.toThrow('away');
  expect(await get()).toBe(2);
});

test('goes on with what it knows while it cannot be read again, and tries once a minute', async () => {
  let now = 0;
  let reads = 0;
  let away = false;
  const read = () => (++reads, away ? Promise.reject(new Error('away')) : Promise.resolve(`read ${reads}`));
  const get = remember(read, () => now);
  await get();
  away = true;
  now = 60 * MINUTE_MS;
  expect(await get()).toBe('read 1');
  now += MINUTE_MS - 1;
  expect(await get()).toBe('read 1');
  expect(reads).toBe(2);
  away = false;
  now += 1;
  expect(await get()).toBe('read 3');
});
