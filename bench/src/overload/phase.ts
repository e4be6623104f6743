import { percentilesOf, type Percentiles } from '../measure/percentiles.js';
import type { Flow } from './presses/flow.js';
import { REFUSED } from './presses/told.js';

/** What those of one kind met in one part of the run. Times are milliseconds from when each was to come. */
export interface Met {
  /** A second. */
  came: number;
  /**
   * A second: those that got what they came for, be it that all is sold out, in the time in which they came; what was
   * answered when nobody came any more was somebody's long wait.
   */
  served: number;
  servedTimes: Percentiles | null;
  /** A second: told to come again, and when. */
  refused: number;
  refusedTimes: Percentiles | null;
  /** Answers by what they were, and what was no answer; how many of each. */
  outcomes: Record<string, number>;
}

/**
 * @param served the outcomes that somebody came for
 * @param span of those who came in these seconds of the flow; default: all
 */
export function readFlow(
  { seconds, at, took, told, outcomes }: Flow,
  served: readonly string[],
  [from, to]: readonly [from: number, to: number] = [0, seconds],
): Met {
  const times = outcomes.map((): number[] => []);
  const isServed = outcomes.map((name) => served.includes(name));
  const isWithin = (ms: number) => ms >= from * 1_000 && ms <= to * 1_000;
  let [came, inTime] = [0, 0];
  told.forEach((number, row) => {
    const dueMs = at[row]!;
    const answeredMs = dueMs + took[row]!;
    if (isServed[number] && isWithin(answeredMs)) inTime += 1;
    if (!isWithin(dueMs)) return;
    came += 1;
    times[number]!.push(took[row]!);
  });
  const good = times.filter((_, number) => isServed[number]).flat();
  const refused = times[outcomes.indexOf(REFUSED)] ?? [];
  return {
    came: came / (to - from),
    served: inTime / (to - from),
    servedTimes: percentilesOf(good),
    refused: refused.length / (to - from),
    refusedTimes: percentilesOf(refused),
    outcomes: Object.fromEntries(outcomes.map((name, number) => [name, times[number]!.length])),
  };
}

/** Answers that are neither what somebody came for nor a refusal that says when to come again. */
export function strayOf({ outcomes }: Met, served: readonly string[]): Record<string, number> {
  const known = [...served, REFUSED];
  return Object.fromEntries(Object.entries(outcomes).filter(([name]) => !known.includes(name)));
}
