import type { Log } from '../telemetry/index.js';

/** Something that a service opened and must close, in the reverse order. */
export interface Part {
  close(): Promise<void>;
}

const STOP_WITHIN_MS = 20_000;

/**
 * Runs a process: `open` makes its parts and hands each to `own` as soon as it stands; SIGTERM or SIGINT closes
 * them, newest first, and exits 0. A failed start closes what stands and exits 1; so does a stop that takes
 * longer than 20 s.
 */
export async function runService(
  log: Log,
  open: (own: <T extends Part>(part: T) => T) => Promise<void>,
): Promise<void> {
  const parts: Part[] = [];
  const own = <T extends Part>(part: T): T => {
    parts.push(part);
    return part;
  };
  let stopping = false;
  async function stop(exitCode: number): Promise<void> {
    if (stopping) return;
    stopping = true;
    setTimeout(() => {
      log.fatal('stopping took too long');
      process.exit(1);
    }, STOP_WITHIN_MS).unref();
    for (const part of parts.toReversed()) {
      try {
        await part.close();
      } catch (error) {
        log.error({ err: error }, 'a part did not close cleanly');
        exitCode = 1;
      }
    }
    process.exit(exitCode);
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      log.info({ signal }, 'stopping');
      void stop(0);
    });
  }
  process.on('unhandledRejection', (error) => {
    log.fatal({ err: error }, 'a promise was rejected and nobody handled it');
    void stop(1);
  });
  try {
    await open(own);
    log.info('ready');
  } catch (error) {
    log.fatal({ err: error }, 'could not start');
    await stop(1);
  }
}
