/** Lets so much begin within any second; what comes on top is not to be done, and does not wait. */
export interface Rate {
  /** Whether one more may begin now; if so, it counts. */
  take(): boolean;
}

const SECOND_MS = 1_000;

/** @param now the time of day, ms. One that is set back lets one second's more begin, and stops nothing. */
export function openRate(perSecond: number, now: () => number): Rate {
  /** When the newest began: a ring, `next` being the oldest. */
  const begun: number[] = [];
  let next = 0;
  return {
    take: () => {
      const at = now();
      const sinceMs = at - (begun[next] ?? -Infinity);
      if (sinceMs >= 0 && sinceMs < SECOND_MS) return false;
      begun[next] = at;
      next = (next + 1) % perSecond;
      return true;
    },
  };
}
