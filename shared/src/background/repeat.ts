import { isUnavailable } from '../errors/index.js';
import type { Log } from '../telemetry/index.js';

/**
 * Runs `work` again and again: at once while it found something to do, else after `pauseMs`. A failure is logged
 * once until it works again.
 */
export function repeat(
  { name, pauseMs, log }: { name: string; pauseMs: number; log: Log },
  work: () => Promise<number>,
): { close(): Promise<void> } {
  let closed = false;
  let failing = false;
  let timer = setTimeout(tick, pauseMs);
  let running: Promise<void> = Promise.resolve();

  function tick(): void {
    running = round().finally(() => {
      if (!closed) timer = setTimeout(tick, pauseMs);
    });
  }
  async function round(): Promise<void> {
    try {
      while (!closed && (await work()) > 0);
      failing = false;
    } catch (error) {
      if (!failing) log[isUnavailable(error) ? 'warn' : 'error']({ err: error }, `${name} waits`);
      failing = true;
    }
  }
  return {
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await running;
    },
  };
}
