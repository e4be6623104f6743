import { setTimeout as pause } from 'node:timers/promises';
import type { RunningProcess } from './supervisor.ts';

export interface RestartPolicy {
  /** So many crashes in a row are answered by a restart; one more is given up on. */
  attempts: number;
  /** Who has run for so long does not crash in a row: somebody has ended it. */
  steadyMs: number;
  /** Doubles with each crash in a row. */
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
  let since = performance.now();
  let starting = Promise.resolve();

  async function startAnew(): Promise<void> {
    current = await start();
    since = performance.now();
    policy.onRestart();
  }

  async function watch(): Promise<string> {
    for (let crashes = 1; ; crashes += 1) {
      const how = await current.exited;
      if (stopped.signal.aborted) return never();
      if (performance.now() - since >= policy.steadyMs) crashes = 1;
      const reason = `${current.name} ${how}.${wasKilled(how) ? '' : ` Its last lines:\n${current.lastLines()}`}`;
      if (crashes > policy.attempts) return `${reason}\n${current.name} keeps crashing and is given up.`;

      const delayMs = policy.firstDelayMs * 2 ** (crashes - 1);
      policy.report(
        `${reason}\n${current.name} starts again in ${delayMs} ms (${crashes} of ${policy.attempts})`,
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

/** From outside, itself or under a shell: it could not write why. */
const wasKilled = (how: string): boolean => /SIGKILL$|code 137$/.test(how);

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}
