import { repeat, type Repetition } from '@stampede/shared/background';
import type { Database } from '@stampede/shared/database';
import type { Guard } from '@stampede/shared/redis';
import type { Log } from '@stampede/shared/telemetry';

const HOUR_MS = 60 * 60 * 1_000;
const DAY_MS = 24 * HOUR_MS;
const AT_ONCE = 1_000;

/** A sale that is moved by so much is another one to its wishers; no request is under way for so long. */
const KEPT = '30 days';

/** Small batches: no long lock, and no wait for who has a row in hand. */
const PURGES = [
  `DELETE FROM wish_reminder WHERE ctid = ANY(ARRAY(SELECT ctid FROM wish_reminder
     WHERE opens_at < now() - $1::interval ORDER BY opens_at LIMIT $2 FOR UPDATE SKIP LOCKED))`,
  `DELETE FROM deleted_account WHERE user_id = ANY(ARRAY(SELECT user_id FROM deleted_account
     WHERE deleted_at < now() - $1::interval ORDER BY deleted_at LIMIT $2 FOR UPDATE SKIP LOCKED))`,
];

/** Deletes who was told of openings of long ago, and whose account was deleted then. @returns how many rows */
export async function purgeReminders(database: Database, signal?: AbortSignal): Promise<number> {
  let purged = 0;
  for (const statement of PURGES) {
    let batch = AT_ONCE;
    while (batch === AT_ONCE && !signal?.aborted) {
      batch = await database.run(statement, [KEPT, AT_ONCE]);
      purged += batch;
    }
  }
  return purged;
}

export interface PurgeParts {
  database: Database;
  guard: Guard;
  log: Log;
}

/** Purges once a day, by one of the replicas; one that is stopped leaves the rest to the next day. */
export function openReminderPurge({ database, guard, log }: PurgeParts): Repetition {
  const stop = new AbortController();
  const rounds = repeat(async () => {
    try {
      await guard.oncePer('purge-reminders', DAY_MS, async () => {
        const purged = await purgeReminders(database, stop.signal);
        log.info({ purged }, 'deleted old reminders');
      });
    } catch (error) {
      log.warn({ err: error }, 'old reminders could not be deleted; trying again later');
    }
    return HOUR_MS;
  });
  return {
    close: () => {
      stop.abort();
      return rounds.close();
    },
  };
}
