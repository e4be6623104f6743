import type { Log } from '../telemetry/index.js';
import { openOutage } from './outage.js';
import type { Repetition } from './repeat.js';
import { within } from './within.js';

export interface WorkOffOptions {
  /** What is held up, in logs, when it cannot be done: 'the outbox relay'. */
  name: string;
  /** Milliseconds until it is looked at again when little or nothing was found. */
  pauseMs: number;
  /** The longest that a pause grows to while nothing is found, doubled each time; no longer than the first unless given. */
  longestPauseMs?: number;
  /** How much a batch finds at most: then there may be more, and it is called again at once. */
  fullBatch?: number;
  log: Log;
}

/** Work that is looked for now and then; whoever makes some ends the pause. */
export interface WorkLoop extends Repetition {
  wake(): void;
}

const LONGEST_BACK_OFF_MS = 2_000;
/** Closing waits so long for the batch in hand: what it has not committed is undone, and found again by a replica. */
const CLOSE_WITHIN_MS = 5_000;

/**
 * Works off what is due, in the background: `batch` does some of it and says how much it found. A failure is logged
 * once, until it works again; it is tried again after growing waits, which nobody can cut short.
 */
export function workOff(options: WorkOffOptions, batch: () => Promise<number>): WorkLoop {
  const { name, pauseMs, longestPauseMs = pauseMs, fullBatch = 1, log } = options;
  const outage = openOutage(log, name);
  let closed = false;
  let woken = false;
  let failing = false;
  let endPause: (() => void) | undefined;

  async function pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms).unref();
      endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    endPause = undefined;
  }

  async function run(): Promise<void> {
    let idleMs = pauseMs;
    let backOffMs = pauseMs;
    while (!closed) {
      woken = false;
      try {
        const found = await batch();
        outage.ended();
        failing = false;
        backOffMs = pauseMs;
        idleMs = found > 0 ? pauseMs : Math.min(idleMs, longestPauseMs);
        if (closed || woken || found >= fullBatch) continue;
        await pause(idleMs);
        idleMs = woken ? pauseMs : idleMs * 2;
      } catch (error) {
        outage.began(error);
        failing = true;
        if (!closed) await pause(backOffMs);
        backOffMs = Math.max(pauseMs, Math.min(backOffMs * 2, LONGEST_BACK_OFF_MS));
      }
    }
  }

  const running = run();
  return {
    wake: () => {
      woken = true;
      if (!failing) endPause?.();
    },
    close: () => {
      closed = true;
      endPause?.();
      return within(CLOSE_WITHIN_MS, running, () => log.warn(`${name}: closed while a batch was in hand`));
    },
  };
}
