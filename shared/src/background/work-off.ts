import { isUnavailable } from '../errors/index.js';
import type { Log } from '../telemetry/index.js';
import { repeat, type Repetition } from './repeat.js';

export interface WorkOffOptions {
  /** What waits, in logs, while it cannot be done. */
  name: string;
  /** Milliseconds until it is looked at again when there was nothing to do. */
  pauseMs: number;
  log: Log;
}

/**
 * Works off what is due, in the background: `batch` does some of it and says how much it found; it is called again
 * at once until it finds nothing. A failure is logged once, until it works again.
 */
export function workOff({ name, pauseMs, log }: WorkOffOptions, batch: () => Promise<number>): Repetition {
  let failing = false;
  return repeat(async () => {
    try {
      const found = await batch();
      failing = false;
      return found > 0 ? 0 : pauseMs;
    } catch (error) {
      if (!failing) log[isUnavailable(error) ? 'warn' : 'error']({ err: error }, `${name} waits`);
      failing = true;
      return pauseMs;
    }
  });
}
