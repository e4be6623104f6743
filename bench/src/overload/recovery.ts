import { percentilesOf } from '../measure/percentiles.js';
import type { Flow } from './presses/flow.js';
import { REFUSED } from './presses/told.js';

const WINDOW_MS = 250;

/**
 * How long after an overload the last quarter of a second began in which somebody was refused, or 99 of 100 were not
 * answered within so long; in milliseconds, 0 when there was none.
 *
 * @param p99Ms as at full load
 */
export function recoveredAfterMs({ seconds, at, took, told, outcomes }: Flow, p99Ms: number): number {
  const windows = Math.ceil((seconds * 1_000) / WINDOW_MS);
  const times = Array.from({ length: windows }, (): number[] => []);
  const refused = outcomes.indexOf(REFUSED);
  at.forEach((dueMs, row) => {
    const window = times[Math.min(windows - 1, Math.floor(dueMs / WINDOW_MS))]!;
    window.push(told[row] === refused ? Infinity : took[row]!);
  });
  const bad = times.findLastIndex((each) => (percentilesOf(each)?.p99 ?? 0) > p99Ms);
  return (bad + 1) * WINDOW_MS;
}
