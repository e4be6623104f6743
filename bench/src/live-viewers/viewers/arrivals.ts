import { percentilesOf, type Percentiles } from '../../measure/percentiles.js';

/** How a crowd came, or came back. */
export interface Arrival {
  /** How many have a value. */
  arrived: number;
  /** Milliseconds from the first one's start to the last one's value, and from each one's own start to its value. */
  allMs: number;
  each: Percentiles | null;
  /** The reasons for which connections failed, with how many of them; who failed has tried again. */
  failures: Record<string, number>;
}

/** What one process saw of it. Moments are by the clock that all processes have in common. */
export interface Arrivals {
  beganAt: number;
  lastAt: number;
  /** Milliseconds, of each viewer who has a value. */
  durations: number[];
  failures: Record<string, number>;
}

/** Of all viewers, whichever process they are in. */
export function mergeArrivals(parts: Arrivals[]): Arrival {
  const durations = parts.flatMap(({ durations }) => durations);
  return {
    arrived: durations.length,
    allMs: Math.max(...parts.map(({ lastAt }) => lastAt)) - Math.min(...parts.map(({ beganAt }) => beganAt)),
    each: percentilesOf(durations),
    failures: mergeFailures(parts.map(({ failures }) => failures)),
  };
}

export function mergeFailures(parts: Record<string, number>[]): Record<string, number> {
  const merged: Record<string, number> = {};
  for (const [reason, count] of parts.flatMap((part) => Object.entries(part))) {
    merged[reason] = (merged[reason] ?? 0) + count;
  }
  return merged;
}
