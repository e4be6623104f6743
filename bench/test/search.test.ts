import { expect, test } from '@jest/globals';
import { isHeld, mostHeld, search } from '../src/live-viewers/search.js';
import type { ShownChanges } from '../src/live-viewers/show-changes.js';

const shown = (wantedPerSecond: number, change: Partial<ShownChanges> = {}): ShownChanges => ({
  wantedPerSecond,
  perSecond: wantedPerSecond,
  changes: wantedPerSecond * 5,
  others: {},
  toEach: { p50: 10, p99: 100, max: 200 },
  toLast: { p50: 50, p99: 200, max: 200 },
  framesPerViewer: 10,
  missed: 0,
  ...change,
});
const late = { toEach: { p50: 10, p99: 500, max: 500 } };

test('a rate holds when 99 of 100 are shown it within half a second, nobody misses it, and it is reached', () => {
  expect(isHeld(shown(100))).toBe(true);
  expect(isHeld(shown(100, { toEach: { p50: 10, p99: 499.9, max: 2_000 } }))).toBe(true);
  expect(isHeld(shown(100, late))).toBe(false);
  expect(isHeld(shown(100, { missed: 1 }))).toBe(false);
  expect(isHeld(shown(100, { toEach: null }))).toBe(false);
  expect(isHeld(shown(100, { perSecond: 90 }))).toBe(true);
  expect(isHeld(shown(100, { perSecond: 89 }))).toBe(false);
});

/** Tries rates on a platform that holds so many. */
async function searchUpTo(most: number, from: number) {
  const steps = await search(from, async (rate) => shown(rate, rate > most ? late : {}));
  return { tried: steps.map(({ wantedPerSecond }) => wantedPerSecond), most: mostHeld(steps) };
}

test('doubles until it is too much, then halves the distance until a tenth is left', async () => {
  expect(await searchUpTo(37, 2)).toEqual({ tried: [2, 4, 8, 16, 32, 64, 48, 40, 36, 38], most: 36 });
});

test('goes down when the first is too much already, and to none', async () => {
  expect(await searchUpTo(3, 8)).toEqual({ tried: [8, 4, 2, 3], most: 3 });
  expect(await searchUpTo(0, 4)).toEqual({ tried: [4, 2, 1], most: null });
});

test('stops at more than anybody asks for', async () => {
  const { tried, most } = await searchUpTo(Infinity, 1_000);
  expect(tried).toEqual([1_000, 2_000, 4_000]);
  expect(most).toBe(4_000);
});
