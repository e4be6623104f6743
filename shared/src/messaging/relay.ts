import { workOff, type Repetition } from '../background/index.js';
import type { Log } from '../telemetry/index.js';
import { onAppended } from './outbox.js';
import { BATCH, relayRound, type RoundOptions } from './relay-round.js';

/** Rows of a process that died are found within a second; its own rows wake a relay as they commit. */
const PAUSES = { pauseMs: 100, longestPauseMs: 1_000 };

/** Publishes what the outbox holds, as soon as it is woken and now and then besides, until it is closed. */
export function startRelay({ log, ...options }: RoundOptions & { log: Log }): Repetition {
  const loop = workOff({ name: 'the outbox relay', ...PAUSES, fullBatch: BATCH, log }, () =>
    // Rows are left to relays that can publish them.
    options.publisher.problem() ? Promise.resolve(0) : relayRound(options),
  );
  const forget = onAppended(loop.wake);
  return {
    /** Ends after the round that is under way. */
    close: () => {
      forget();
      return loop.close();
    },
  };
}
