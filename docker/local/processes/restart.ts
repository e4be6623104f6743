import { setTimeout as pause } from 'node:timers/promises';
import type { RunningProcess } from './supervisor.ts';

export interface RestartPolicy {
  /** So many crashes within the window are answered by a restart; one more is given up on. */
  attempts: number;
  windowMs: number;
  /** Doubles with each crash within the window. */
  firstDelayMs: number;
  report: (line: string) => void;
  /** Is called when the service has a new process. */
  onRestart: () => void;
}

/** A service that is started again when it crashes. */
export interface KeptProcess {
  name: string;
  /** Of the present process. */
  pid: () => number;
  /** Resolves, with the reason, when the service crashed too often or cannot be started; never after `stop`. */
  gaveUp: Promise<string>;
  stop: () => Promise<void>;
}

/**
 * Keeps a running process running.
 * @param start starts it anew, under the same name and address
 */
export function keepRunning(
  first: RunningProcess,
  start: () => Promise<RunningProcess>,
  policy: RestartPolicy,
): KeptProcess {
  const stopped = new AbortController();
  let current = first;
  let starting = Promise.resolve();

  async function startAnew(): Promise<void> {
    current = await start();
    policy.onRestart();
  }

  async function watch(): Promise<string> {
    const crashes: number[] = [];
    for (;;) {
      const how = await current.exited;
      if (stopped.signal.aborted) return never();
      const now = performance.now();
      crashes.push(now);
      while (crashes[0]! < now - policy.windowMs) crashes.shift();
      const reason = `${current.name} ${how}. Its last lines:\n${current.lastLines()}`;
      if (crashes.length > policy.attempts)
        return `${reason}\n${current.name} keeps crashing and is given up.`;

      const delayMs = policy.firstDelayMs * 2 ** (crashes.length - 1);
      policy.report(
        `${reason}\n${current.name} starts again in ${delayMs} ms (${crashes.length} of ${policy.attempts})`,
      );
      await Promise.race([pause(delayMs, undefined, { ref: false }), aborted(stopped.signal)]);
      if (stopped.signal.aborted) return never();
      starting = startAnew();
      try {
        await starting;
      } catch (error) {
        return (error as Error).message;
      }
    }
  }

  return {
    name: first.name,
    pid: () => current.pid,
    gaveUp: watch(),
    async stop() {
      stopped.abort();
      await Promise.allSettled([starting]);
      await current.stop();
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}
