/** What a breaker knows of time; tests bring one of their own. */
export interface BreakerClock {
  /** Milliseconds since whenever; never runs back, as the time of day may. */
  elapsed(): number;
  /** The time of day, ms since 1970: only for telling others. */
  now(): number;
  /** Calls `action` once after so many ms, unless it is cancelled. */
  after(ms: number, action: () => void): { cancel(): void };
}

/** The machine's clock. Its timers keep no process alive. */
export const machineClock: BreakerClock = {
  elapsed: () => performance.now(),
  now: () => Date.now(),
  after: (ms, action) => {
    const timer = setTimeout(action, ms).unref();
    return { cancel: () => clearTimeout(timer) };
  },
};
