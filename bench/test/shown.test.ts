import { expect, test } from '@jest/globals';
import { percentilesOfHistogram } from '../src/measure/histogram.js';
import { openFrameLog, type Shown } from '../src/live-viewers/viewers/shown.js';
import { mergeArrivals } from '../src/live-viewers/viewers/arrivals.js';
import { mergeShown } from '../src/live-viewers/viewers/spawn-crowds.js';

/** Three units go, one after the other, ten milliseconds apart. */
const changes = [
  { available: 9, answeredAt: 100 },
  { available: 8, answeredAt: 110 },
  { available: 7, answeredAt: 120 },
];

function compare(frames: [viewer: number, available: number, at: number][], viewers: number): Shown {
  const log = openFrameLog();
  for (const frame of frames) log.add(...frame);
  return log.compare(changes, viewers);
}

test('each change is shown by the first frame in which as many units are gone', () => {
  const { latencies, last, frames, missed } = compare(
    [
      [0, 10, 90],
      [0, 9, 104],
      [1, 9, 109],
      [0, 8, 111],
      [0, 7, 120.5],
      [1, 7, 126],
    ],
    2,
  );
  expect([...last]).toEqual([9, 16, 6]);
  // 4, 9, 1, 0.5, 16 (by the frame of the next one), 6
  expect(percentilesOfHistogram(latencies)).toEqual({ p50: 4, p99: 16, max: 16 });
  expect({ frames, missed }).toEqual({ frames: 6, missed: 0 });
});

test('a viewer may be shown a change before its buyer is answered', () => {
  expect([...compare([[0, 7, 95]], 1).last]).toEqual([-5, -15, -25]);
});

test('what a viewer was not shown is missed, and so is everything by who was shown nothing', () => {
  const { last, missed } = compare([[0, 9, 101]], 2);
  expect([...last]).toEqual([1, -Infinity, -Infinity]);
  expect(missed).toBe(2 + 3);
});

test('keeps a million frames, the last of which tell, and forgets them when it is told to', () => {
  const log = openFrameLog();
  for (let frame = 0; frame < 999_000; frame++) log.add(frame % 1_000, 10, 90);
  for (let viewer = 0; viewer < 1_000; viewer++) log.add(viewer, 7, 130);
  expect(log.compare(changes, 1_000)).toMatchObject({ frames: 1_000_000, missed: 0 });
  log.clear();
  expect(log.compare(changes, 1_000)).toMatchObject({ frames: 0, missed: 3_000 });
});

test('of all processes, the last viewer is the latest of any', () => {
  const merged = mergeShown([compare([[0, 7, 130]], 1), compare([[0, 9, 140]], 1)]);
  expect([...merged.last]).toEqual([40, 20, 10]);
  expect(merged).toMatchObject({ frames: 2, missed: 2 });
  expect(percentilesOfHistogram(merged.latencies)).toEqual({ p50: 20, p99: 40, max: 40 });
});

test('of all processes, each viewer counts as one, and all have come when the last has', () => {
  const one = { beganAt: 100, lastAt: 140, durations: [1, 1, 1, 1, 9], failures: { ECONNRESET: 1 } };
  const other = { beganAt: 102, lastAt: 150, durations: [4, 3], failures: { ECONNRESET: 2, late: 1 } };
  const nobody = { beganAt: 101, lastAt: 101, durations: [], failures: {} };
  expect(mergeArrivals([one, other, nobody])).toEqual({
    arrived: 7,
    allMs: 50,
    each: { p50: 1, p99: 9, max: 9 },
    failures: { ECONNRESET: 3, late: 1 },
  });
  expect(mergeArrivals([nobody])).toEqual({ arrived: 0, allMs: 0, each: null, failures: {} });
});
