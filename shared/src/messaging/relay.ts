import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../telemetry/index.js';
import { openOutage } from './outage.js';
import { onAppended } from './outbox.js';
import { BATCH, relayRound, type RoundOptions } from './relay-round.js';

export interface Relay {
  /** Ends after the round that is under way. */
  close: () => Promise<void>;
}

const POLL_MS = 100;
const LONGEST_BACKOFF_MS = 2_000;

/** Publishes what the outbox holds, as soon as it is woken and every 100 ms besides, until it is closed. */
export function startRelay({ log, ...options }: RoundOptions & { log: Log }): Relay {
  const { publisher } = options;
  const outage = openOutage(log, 'the outbox relay');
  const closing = new AbortController();
  let woken = false;
  let endPause: (() => void) | undefined;

  function wake(): void {
    woken = true;
    endPause?.();
  }

  async function pause(): Promise<void> {
    if (woken || closing.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, POLL_MS);
      endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    endPause = undefined;
  }

  /** Unlike a pause, it is cut short by the end only, not by every commit. */
  async function backOff(ms: number): Promise<void> {
    const { signal } = closing;
    await sleep(ms, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }

  async function run(): Promise<void> {
    let backoff = POLL_MS;
    while (!closing.signal.aborted) {
      woken = false;
      // Rows are left to relays that can publish them.
      if (publisher.problem()) {
        await backOff(POLL_MS);
        continue;
      }
      try {
        const claimed = await relayRound(options);
        outage.ended();
        backoff = POLL_MS;
        if (claimed < BATCH) await pause();
      } catch (error) {
        outage.began(error);
        await backOff(backoff);
        backoff = Math.min(backoff * 2, LONGEST_BACKOFF_MS);
      }
    }
  }

  const forget = onAppended(wake);
  const running = run();
  return {
    close: async () => {
      forget();
      closing.abort();
      endPause?.();
      await running;
    },
  };
}
