import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../telemetry/index.js';

/** Something that a service opened and must close, in the reverse order. */
export interface Part {
  /** Is called some time before `close`: it goes on, and tells whoever comes to go elsewhere from now on. */
  drain?(): void;
  close(): Promise<void>;
}

/** Takes over what was opened, and gives it back. */
export type Own = <T extends Part>(part: T) => T;

export interface RunServiceOptions {
  log: Log;
  /** Milliseconds from SIGTERM until parts are closed, in which load balancers and gateways notice. */
  drainMs: number;
}

const STOP_WITHIN_MS = 20_000;

/**
 * Runs a process: `open` makes its parts and hands each to `own` as soon as it stands. SIGTERM drains them for
 * `drainMs`, closes them, newest first, and exits 0; SIGINT, of who stops everything, does so without draining, or
 * ends it. A failed start closes what stands and exits 1; so does a stop whose closing takes longer than 20 s.
 */
export async function runService(
  { log, drainMs }: RunServiceOptions,
  open: (own: Own) => Promise<void>,
): Promise<void> {
  const parts: Part[] = [];
  const own: Own = (part) => {
    parts.push(part);
    return part;
  };
  const hurry = new AbortController();
  let serving = false;
  let stopping = false;

  async function drain(): Promise<void> {
    for (const part of parts) part.drain?.();
    // Only a hurry rejects it.
    await delay(drainMs, undefined, { signal: hurry.signal }).catch(() => undefined);
  }

  async function close(): Promise<boolean> {
    let cleanly = true;
    // A part that a start has made meanwhile is among them.
    for (let part = parts.pop(); part; part = parts.pop()) {
      try {
        await part.close();
      } catch (error) {
        log.error({ err: error }, 'a part did not close cleanly');
        cleanly = false;
      }
    }
    return cleanly;
  }

  async function stop(exitCode: number): Promise<void> {
    if (stopping) return;
    stopping = true;
    if (serving && exitCode === 0) await drain();
    setTimeout(() => {
      log.fatal('stopping took too long');
      process.exit(1);
    }, STOP_WITHIN_MS).unref();
    process.exit((await close()) ? exitCode : 1);
  }

  process.on('SIGTERM', () => {
    log.info({ signal: 'SIGTERM' }, 'stopping');
    void stop(0);
  });
  process.on('SIGINT', () => {
    log.info({ signal: 'SIGINT' }, 'stopping at once');
    hurry.abort();
    void stop(0);
  });
  process.on('uncaughtException', (error) => {
    // Nobody knows what is half done: what others hold of it (leases, messages) comes back to them.
    log.fatal({ err: error }, 'an error was thrown and nobody caught it');
    void stop(1);
  });
  process.on('unhandledRejection', (error) => {
    log.fatal({ err: error }, 'a promise was rejected and nobody handled it');
    void stop(1);
  });
  try {
    await open(own);
    serving = true;
    log.info('ready');
  } catch (error) {
    // Its parts were closed under it.
    if (stopping) return;
    log.fatal({ err: error }, 'could not start');
    await stop(1);
  }
}
