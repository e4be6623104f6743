import { setTimeout as sleep } from 'node:timers/promises';
import { isUnavailable } from '../errors/index.js';
import type { Outage } from '../background/index.js';

/** The work was given up before it succeeded, because nobody waits for its result any more. */
export class Abandoned extends Error {
  constructor() {
    super('abandoned');
    this.name = 'Abandoned';
  }
}

const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 2_000;

/**
 * Repeats `work` while it fails because something is away, with growing waits of 2 s at most.
 *
 * @throws Abandoned once `signal` is aborted (never in the middle of `work`); whatever else `work` throws.
 */
export async function untilAvailable<T>(
  work: () => Promise<T>,
  signal: AbortSignal,
  outage: Outage,
): Promise<T> {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    if (signal.aborted) throw new Abandoned();
    try {
      const result = await work();
      outage.ended();
      return result;
    } catch (error) {
      if (error instanceof Abandoned || !isUnavailable(error)) throw error;
      outage.began(error);
    }
    await sleep(wait, undefined, { signal }).catch(() => {
      throw new Abandoned();
    });
  }
}
