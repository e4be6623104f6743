import { workOff, type Repetition } from '@stampede/shared/background';
import type { Database } from '@stampede/shared/database';
import { decisionsCounted, type DecisionsCounted } from '@stampede/shared/messages';
import { appendAllToOutbox } from '@stampede/shared/messaging';
import type { Log } from '@stampede/shared/telemetry';
import { randomUUID } from 'node:crypto';
import type { CheckoutCounts, Tally } from './checkout-counts.js';

interface CountsParts {
  database: Database;
  counts: CheckoutCounts;
}

export interface TellCountsParts extends CountsParts {
  log: Log;
}

interface Untold {
  ids: string[];
  bodies: DecisionsCounted[];
}

const EVERY_MS = 1_000;
/** As many as a message may carry. */
const TALLIES = 500;

/**
 * Tells what was counted, once a second, by the outbox. While PostgreSQL is away nothing is lost: what was being told
 * is told again under the same message ids, so that a commit of which only the answer was lost does not count twice.
 * Closing tells the rest; a crash loses what has not been told, a second's at most.
 */
export function tellCounts({ log, ...parts }: TellCountsParts): Repetition {
  const { tell, hasUntold } = openTeller(parts);
  const loop = workOff({ name: 'the telling of decisions', pauseMs: EVERY_MS, log }, async () => {
    await tell();
    return 0;
  });
  return {
    close: async () => {
      await loop.close();
      try {
        // What was under way, and what has been counted since.
        if (hasUntold()) await tell();
        await tell();
      } catch (error) {
        log.warn({ err: error }, 'the last counts of decisions are lost');
      }
    },
  };
}

/** What {@link tellCounts} does each time, one time after the other. */
export function openTeller({ database, counts }: CountsParts) {
  let untold: Untold | undefined;
  return {
    hasUntold: () => untold !== undefined,
    /** Rejects when it is not known whether it was told: the next time tells the same. */
    tell: async (): Promise<void> => {
      untold ??= messagesOf(counts.take());
      const { ids, bodies } = untold;
      if (ids.length > 0) {
        await database.transaction('tell-counts', (tx) =>
          appendAllToOutbox(tx, decisionsCounted, bodies, ids),
        );
      }
      untold = undefined;
    },
  };
}

function messagesOf(tallies: readonly Tally[]): Untold {
  const untold: Untold = { ids: [], bodies: [] };
  for (let from = 0; from < tallies.length; from += TALLIES) {
    untold.ids.push(randomUUID());
    untold.bodies.push({ products: tallies.slice(from, from + TALLIES).map(told) });
  }
  return untold;
}

const told = ({ productId, second, decisions, ...refused }: Tally) => ({
  productId,
  second: new Date(second * 1_000).toISOString(),
  decisions,
  refused: Object.fromEntries(Object.entries(refused).filter(([, count]) => count > 0)),
});
