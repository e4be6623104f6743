/** How often something may be done, in the long run and at once. */
export interface Rate {
  perSecond: number;
  burst: number;
}

/** What adding fractions of milliseconds may be off by. */
const ROUNDING_MS = 1e-3;

/**
 * The generic cell rate algorithm (ITU-T I.371, annex A): what is kept of somebody is one number, the time at which all
 * that they have done will have been paid for by waiting. Two windows that meet cannot be used for twice the rate.
 * Times are milliseconds of any clock that never goes back.
 */
export function gcra({ perSecond, burst }: Rate) {
  const intervalMs = 1_000 / perSecond;
  const toleranceMs = burst * intervalMs + ROUNDING_MS;
  return {
    /** When all will have been paid for, with so many more. */
    paidAt: (before: number | undefined, count: number, now: number): number =>
      Math.max(before ?? now, now) + count * intervalMs,
    /** How long to wait until that much may be owed: 0 is now. */
    waitMs: (paidAt: number, now: number): number => Math.max(0, paidAt - now - toleranceMs),
  };
}
