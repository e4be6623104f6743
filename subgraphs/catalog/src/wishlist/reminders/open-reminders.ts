import { workOff, type Repetition } from '@stampede/shared/background';
import type { Database } from '@stampede/shared/database';
import type { Log, Metrics } from '@stampede/shared/telemetry';
import { remindWishers } from './remind-wishers.js';

const LOOK_EVERY_MS = 2_000;

export interface RemindersParts {
  database: Database;
  log: Log;
  metrics: Metrics;
}

/** Has people told of sales that they wished for, until it is closed. */
export function openReminders({ database, log, metrics }: RemindersParts): Repetition {
  const told = metrics.counter('wishers_told_total', 'People told that a sale they wish for opens soon.');
  return workOff({ name: 'the reminding of wishers', pauseMs: LOOK_EVERY_MS, log }, () =>
    remindWishers(database, (people) => told.inc(people)),
  );
}
