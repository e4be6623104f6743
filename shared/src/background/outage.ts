import { isUnavailable } from '../errors/index.js';
import type { Log } from '../telemetry/index.js';

/** Says once that something went away and once that it is back, however often it is tried in between. */
export interface Outage {
  began(error: unknown): void;
  ended(): void;
}

/** @param what the subject of both log lines, such as 'the outbox relay'. */
export function openOutage(log: Log, what: string): Outage {
  let since: number | undefined;
  return {
    began: (error) => {
      if (since !== undefined) return;
      since = Date.now();
      // What is away passes; anything else is a mistake of ours, and somebody has to look.
      log[isUnavailable(error) ? 'warn' : 'error'](
        { err: error },
        `${what} is held up; trying again until it works`,
      );
    },
    ended: () => {
      if (since === undefined) return;
      log.info({ afterMs: Date.now() - since }, `${what} goes on`);
      since = undefined;
    },
  };
}
