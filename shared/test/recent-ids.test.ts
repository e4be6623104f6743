import { expect, test } from '@jest/globals';
import { openRecentIds } from '../src/identity/index.js';

/** A clock of the test's own, which counts who looks at it. */
function openRecent(keepMs: number) {
  const clock = { at: 0, looks: 0 };
  const recent = openRecentIds(keepMs, () => {
    clock.looks += 1;
    return clock.at;
  });
  return { clock, recent };
}

test('remembers each id for a while after it was first added, and no longer', () => {
  const { clock, recent } = openRecent(10);
  for (clock.at = 0; clock.at < 1_000; clock.at += 1) {
    expect(recent.add(`id-${clock.at}`)).toBe(true);
    expect(recent.add(`id-${clock.at}`)).toBe(false);
  }
  clock.at = 1_000;
  // Nothing was added since: who only looks sees it fall, too.
  expect(recent.size()).toBe(10);
  expect(recent.ids()).toEqual(Array.from({ length: 10 }, (_, nth) => `id-${990 + nth}`));
  expect([recent.has('id-989'), recent.has('id-990')]).toEqual([false, true]);
  clock.at = 2_000;
  expect([recent.ids(), recent.size(), recent.has('id-999')]).toEqual([[], 0, false]);
  expect(recent.add('id-999')).toBe(true);
});

test('is told again of all that it knows without looking for what is old', () => {
  const { clock, recent } = openRecent(10);
  for (let id = 0; id < 100; id += 1) recent.add(`id-${id}`);
  clock.looks = 0;
  for (let id = 0; id < 100; id += 1) recent.add(`id-${id}`);
  expect(clock.looks).toBe(0);
});
