import { currentWork } from '../telemetry/index.js';

/**
 * Milliseconds in which whoever asks wants the answer, as of when the question was sent. It is not signed: with another
 * value, somebody would wait for less than might be, or for no longer than without it.
 */
export const DEADLINE_HEADER = 'stampede-deadline-ms';

/** Milliseconds for which whoever asked still waits; Infinity when nobody has said. Not below 0. */
export function remainingMs(): number {
  const at = currentWork()?.deadline;
  return at === undefined ? Infinity : Math.max(0, at - performance.now());
}

/** Reads the header. @returns when that is, by the clock of `performance.now()`; undefined where nothing is said. */
export function deadlineOf(header: string | string[] | undefined): number | undefined {
  return typeof header === 'string' && /^\d{1,9}$/.test(header)
    ? performance.now() + Number(header)
    : undefined;
}
