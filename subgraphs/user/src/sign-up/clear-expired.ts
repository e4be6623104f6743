import { workOff, type Repetition } from '@stampede/shared/background';
import type { Database } from '@stampede/shared/database';
import type { Guard } from '@stampede/shared/redis';
import type { Log } from '@stampede/shared/telemetry';

const EVERY_MS = 3_600_000;
const BATCH = 1_000;

/** What nobody has followed in time, and nobody can any more. */
const EXPIRED = [
  `DELETE FROM mail_link WHERE id = ANY(ARRAY(
     SELECT id FROM mail_link WHERE expires_at < now() LIMIT $1 FOR UPDATE SKIP LOCKED))`,
  `DELETE FROM social_sign_in WHERE state_hash = ANY(ARRAY(
     SELECT state_hash FROM social_sign_in WHERE expires_at < now() LIMIT $1 FOR UPDATE SKIP LOCKED))`,
];

/** Deletes expired links and sign-ins that were begun at a provider, every hour, in one replica at a time. */
export function clearExpired(
  { database, guard, log }: { database: Database; guard: Guard; log: Log },
  everyMs = EVERY_MS,
): Repetition {
  const stop = new AbortController();
  async function clear(): Promise<void> {
    for (const statement of EXPIRED) {
      while (!stop.signal.aborted && (await database.run(statement, [BATCH])) === BATCH);
    }
  }
  const rounds = workOff({ name: 'the clearing of expired links', pauseMs: everyMs, log }, async () => {
    await guard.oncePer('expired-links', everyMs, clear);
    return 0;
  });
  return {
    close: () => {
      stop.abort();
      return rounds.close();
    },
  };
}
