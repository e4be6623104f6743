import { gcra, type Rate } from './gcra.js';

/** Counts by key; times are milliseconds of any clock that never goes back. */
export interface Limiter {
  /** Milliseconds until so many may be done: 0 is now, Infinity never, since they are more than the burst. */
  waitMs(key: string, count: number, now: number): number;
  /** Counts them, if they may be done now; otherwise nothing. @returns as `waitMs` */
  take(key: string, count: number, now: number): number;
  /** How many keys are remembered. */
  size(): number;
}

/** Below it, looking for what may be forgotten would happen more often than it is worth. */
const SWEEP_LEAST = 10_000;

/**
 * A key that owes nothing any more is as good as new, so that forgetting it gives nobody more; no other is forgotten.
 * Each that remains owes at least a moment of `1 / perSecond`, so that no more remain than are counted in such
 * a moment: a flood of new addresses does not fill the memory.
 */
export function openLimiter(rate: Rate): Limiter {
  const { burst } = rate;
  const terms = gcra(rate);
  const paidAt = new Map<string, number>();
  let sweepAt = SWEEP_LEAST;

  function sweep(now: number): void {
    for (const [key, at] of paidAt) if (at <= now) paidAt.delete(key);
    sweepAt = Math.max(SWEEP_LEAST, 2 * paidAt.size);
  }

  return {
    waitMs: (key, count, now) =>
      count > burst ? Infinity : terms.waitMs(terms.paidAt(paidAt.get(key), count, now), now),
    take: (key, count, now) => {
      if (count > burst) return Infinity;
      const at = terms.paidAt(paidAt.get(key), count, now);
      const waitMs = terms.waitMs(at, now);
      if (waitMs > 0) return waitMs;
      if (paidAt.size >= sweepAt) sweep(now);
      paidAt.set(key, at);
      return 0;
    },
    size: () => paidAt.size,
  };
}
