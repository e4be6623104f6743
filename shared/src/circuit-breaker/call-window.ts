/** What counts of one call. */
export interface CountedCall {
  failed: boolean;
  /** It took longer than a call should, whatever came of it. */
  slow: boolean;
}

/** The newest calls, `size` at most: a ring, with running counts of what was bad about them. */
export interface CallWindow {
  add(call: CountedCall): void;
  readonly calls: number;
  /** Percent of these calls, 0 while there are none. */
  readonly failureRate: number;
  readonly slowRate: number;
}

export function openCallWindow(size: number): CallWindow {
  const ring: CountedCall[] = [];
  let next = 0;
  let failed = 0;
  let slow = 0;

  function count({ failed: hasFailed, slow: wasSlow }: CountedCall, by: 1 | -1): void {
    if (hasFailed) failed += by;
    if (wasSlow) slow += by;
  }
  const percent = (bad: number) => (ring.length === 0 ? 0 : (100 * bad) / ring.length);

  return {
    add: (call) => {
      const oldest = ring[next];
      if (oldest) count(oldest, -1);
      count(call, 1);
      ring[next] = call;
      next = (next + 1) % size;
    },
    get calls() {
      return ring.length;
    },
    get failureRate() {
      return percent(failed);
    },
    get slowRate() {
      return percent(slow);
    },
  };
}
