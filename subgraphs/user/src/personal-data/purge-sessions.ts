import { repeat, type Repetition } from '@stampede/shared/background';
import type { Database } from '@stampede/shared/database';
import type { Guard } from '@stampede/shared/redis';
import type { Log } from '@stampede/shared/telemetry';
import { setTimeout as pause } from 'node:timers/promises';

const HOUR_MS = 60 * 60 * 1_000;
const DAY_MS = 24 * HOUR_MS;
const AT_ONCE = 1_000;
/** So that the purge is no load that anybody feels. */
const PAUSE_MS = 100;
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/** For how long it can be seen that somebody was signed in: who looks into a theft asks for weeks. */
const KEPT = '30 days';

/** Deletes sessions that ended or expired long ago. @returns how many @throws AbortError when it is told to stop. */
export async function purgeSessions(database: Database, signal?: AbortSignal): Promise<number> {
  let purged = 0;
  let after = BEFORE_ALL;
  for (;;) {
    // Walks along the primary key: an index of expiries would be written at every refresh, to be read once a day.
    const [batch] = await database.query<{ last: string | null; purged: number }>(
      `WITH seen AS (SELECT id, coalesce(ended_at, expires_at) AS over FROM session WHERE id > $1 ORDER BY id LIMIT $2),
         gone AS (DELETE FROM session USING seen
                   WHERE session.id = seen.id AND coalesce(session.ended_at, session.expires_at) < now() - $3::interval
                   RETURNING session.id)
       SELECT (SELECT id FROM seen ORDER BY id DESC LIMIT 1) AS last, (SELECT count(*) FROM gone) AS purged`,
      [after, AT_ONCE, KEPT],
    );
    purged += batch?.purged ?? 0;
    if (!batch?.last) return purged;
    after = batch.last;
    await pause(PAUSE_MS, undefined, { signal });
  }
}

export interface PurgeParts {
  database: Database;
  guard: Guard;
  log: Log;
}

/** Purges once a day, by one of the replicas; one that is stopped leaves the rest to the next. */
export function openPurge({ database, guard, log }: PurgeParts): Repetition {
  const stop = new AbortController();
  const rounds = repeat(async () => {
    try {
      await guard.oncePer('purge-sessions', DAY_MS, async () => {
        const purged = await purgeSessions(database, stop.signal);
        log.info({ purged }, 'deleted old sessions');
      });
    } catch (error) {
      if (!stop.signal.aborted) {
        log.warn({ err: error }, 'old sessions could not be deleted; trying again later');
      }
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
