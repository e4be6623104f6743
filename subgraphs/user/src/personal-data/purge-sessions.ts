import { repeat, type Repetition } from '@stampede/shared/background';
import type { Database } from '@stampede/shared/database';
import type { Guard } from '@stampede/shared/redis';
import type { Log } from '@stampede/shared/telemetry';

const HOUR_MS = 60 * 60 * 1_000;
const DAY_MS = 24 * HOUR_MS;
const AT_ONCE = 1_000;
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/** For how long it can be seen that somebody was signed in: who looks into a theft asks for weeks. */
const KEPT = '30 days';

/** Deletes sessions that ended or expired long ago. @returns how many */
export async function purgeSessions(database: Database): Promise<number> {
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
  }
}

export interface PurgeParts {
  database: Database;
  guard: Guard;
  log: Log;
}

/** Purges once a day, by one of the replicas. */
export const openPurge = ({ database, guard, log }: PurgeParts): Repetition =>
  repeat(async () => {
    try {
      await guard.oncePer('purge-sessions', DAY_MS, async () => {
        const purged = await purgeSessions(database);
        log.info({ purged }, 'deleted old sessions');
      });
    } catch (error) {
      log.warn({ err: error }, 'old sessions could not be deleted; trying again later');
    }
    return HOUR_MS;
  });
