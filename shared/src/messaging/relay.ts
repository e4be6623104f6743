import { workOff, type Repetition } from '../background/index.js';
import type { Log } from '../telemetry/index.js';
import { onAppended } from './outbox.js';
import { BATCH, relayRound, type RoundOptions } from './relay-round.js';
import { standBack } from './stand-back.js';

/** Rows of a process that died are found within a second; its own rows wake a relay as they commit. */
const PAUSES = { pauseMs: 100, longestPauseMs: 1_000 };

const REST_WITHIN_MS = 2_000;

export interface RelayOptions extends RoundOptions {
  /** Whether people wait for answers that come first. */
  yieldsTo?: (() => boolean) | undefined;
  log: Log;
}

/** Publishes what the outbox holds, as soon as it is woken and now and then besides, until it is closed. */
export function startRelay({ log, yieldsTo = () => false, ...options }: RelayOptions): Repetition {
  let closed = false;
  // What is left of a full round has stood back already.
  let wasFull = false;

  async function round(): Promise<number> {
    // Rows are left to relays that can publish them.
    if (options.publisher.problem()) return 0;
    await standBack(() => !closed && !wasFull && yieldsTo());
    const found = await relayRound(options);
    wasFull = found >= BATCH;
    return found;
  }

  /** What the service said last, so that it does not wait for the next start; what cannot be published now does. */
  async function publishRest(): Promise<void> {
    const deadline = performance.now() + REST_WITHIN_MS;
    try {
      while (!options.publisher.problem() && performance.now() < deadline) {
        if ((await relayRound(options)) < BATCH) return;
      }
    } catch (error) {
      log.warn({ err: error }, 'what was said last is published by another relay, or after the next start');
    }
  }

  const loop = workOff({ name: 'the outbox relay', ...PAUSES, fullBatch: BATCH, log }, round);
  const forget = onAppended(loop.wake);
  return {
    /** Publishes what is there, for 2 s and as long as a confirm is waited for at most. */
    close: async () => {
      closed = true;
      forget();
      await loop.close();
      await publishRest();
    },
  };
}
