import { workOff, type Repetition } from '../background/index.js';
import type { Database, Transaction } from '../database/index.js';
import type { Log, Metrics } from '../telemetry/index.js';

/** Says one kind of thing again, under a new message id, when nobody has answered it. */
export interface Reminder {
  /** The event that is told again. */
  event: string;
  /** Tells what is overdue, a batch at most, and notes when. @returns how many. */
  remind(tx: Transaction): Promise<number>;
}

export interface WatchdogOptions {
  database: Database;
  reminders: readonly Reminder[];
  log: Log;
  metrics: Metrics;
}

/** How often it looks for what stands still. */
const LOOK_EVERY_MS = 5_000;

/** What stands still after so long is told again: a purchase takes less than a second when all is well. */
export const UNANSWERED_AFTER_S = 30;
const LONGEST_PAUSE_S = 600;

/**
 * Looks for what stands still, and has it told again: against messages that died or were lost. Replicas share the
 * work, as each reminder skips the rows that another has in hand.
 */
export function startWatchdog({ database, reminders, log, metrics }: WatchdogOptions): Repetition {
  const counter = metrics.counter('reminders_total', 'Messages told again, as nobody had answered.', [
    'event',
  ]);
  return workOff({ name: 'the watchdog', pauseMs: LOOK_EVERY_MS, log }, async () => {
    let found = 0;
    for (const { event, remind } of reminders) {
      const count = await database.transaction(`remind-of-${event}`, remind);
      if (count === 0) continue;
      found += count;
      counter.inc({ event }, count);
      log.warn({ event, count }, 'nobody has answered; told again');
    }
    return found;
  });
}

/**
 * SQL: whether what stands since one time (a column), and was told again at another, is to be told again now: first
 * after `seconds`, and then whenever it has stood twice as long, every ten minutes at last.
 */
export const unanswered = (since: string, reminded: string, seconds = UNANSWERED_AFTER_S): string =>
  `${since} <= now() - interval '${seconds} seconds' AND (${reminded} IS NULL OR ${reminded} < ${since} OR ${reminded}
     <= now() - least(greatest(${reminded} - ${since}, interval '${seconds} seconds'), interval '${LONGEST_PAUSE_S} seconds'))`;
