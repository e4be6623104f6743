import { isUnavailable } from '../errors/index.js';
import type { Log } from '../telemetry/index.js';

/** Says once that something went away and once that it is back, however often it is tried in between. */
export interface Outage {
  /** It is away, or still is. */
  began(error: unknown): void;
  ended(): void;
}

/**
 * @param what the subject of both log lines, such as 'the outbox relay'.
 * @param quietMs says nothing of what is away for less: of a service that is started beside the one it needs.
 */
export function openOutage(log: Log, what: string, quietMs = 0): Outage {
  let since: number | undefined;
  let isSaid = false;
  return {
    began: (error) => {
      since ??= Date.now();
      // What is away passes; anything else is a mistake of ours, and somebody has to look.
      const passes = isUnavailable(error);
      if (isSaid || (passes && Date.now() - since < quietMs)) return;
      isSaid = true;
      log[passes ? 'warn' : 'error']({ err: error }, `${what} is held up; trying again until it works`);
    },
    ended: () => {
      if (isSaid && since !== undefined) log.info({ afterMs: Date.now() - since }, `${what} goes on`);
      since = undefined;
      isSaid = false;
    },
  };
}
