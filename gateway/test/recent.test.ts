import { expect, test } from '@jest/globals';
import { openRecent } from '../src/graphql/recent.js';

test('forgets what was not used for longest when there is too much', () => {
  const recent = openRecent<number>(10_000);
  recent.set('a', 1, 4_000);
  recent.set('b', 2, 4_000);
  expect(recent.get('a')).toBe(1);
  recent.set('c', 3, 4_000);
  expect(['a', 'b', 'c'].map((key) => recent.get(key))).toEqual([1, undefined, 3]);
});

test('counts one that is set again once', () => {
  const recent = openRecent<number>(10_000);
  recent.set('a', 1, 4_000);
  for (let times = 0; times < 10; times += 1) recent.set('b', times, 4_000);
  expect(recent.get('a')).toBe(1);
  expect(recent.get('b')).toBe(9);
});

test('remembers a thousand of the shortest, and one that is longer than everything not at all', () => {
  const recent = openRecent<number>();
  for (let number = 0; number < 1_001; number += 1) recent.set(String(number), number, 1);
  expect(recent.get('0')).toBeUndefined();
  expect(recent.get('1')).toBe(1);
  recent.set('huge', 1, 3_000_000);
  expect(recent.get('huge')).toBeUndefined();
});
