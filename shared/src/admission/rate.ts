/** Over so long what happened counts, more or less. */
const MEMORY_MS = 500;

/** How often something has happened lately. */
export interface Rate {
  happened(): void;
  /** Looks at what has happened since it was called last; the longer ago, the more that counts. */
  look(now: number): void;
  perMs(): number;
}

/** An exponentially weighted average: two numbers, however much happens. Times are milliseconds of a clock that never goes back. */
export function openRate(): Rate {
  let count = 0;
  let average = 0;
  let lookedAt: number | undefined;
  return {
    happened: () => {
      count += 1;
    },
    look: (now) => {
      const passed = now - (lookedAt ?? now);
      if (lookedAt !== undefined && passed <= 0) return;
      // What happened before anybody looked, happened in nobody knows how long.
      if (lookedAt !== undefined) average += (count / passed - average) * Math.min(1, passed / MEMORY_MS);
      count = 0;
      lookedAt = now;
    },
    perMs: () => average,
  };
}
