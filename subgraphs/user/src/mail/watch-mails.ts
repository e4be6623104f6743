import { repeat, type Repetition } from '@stampede/shared/background';
import type { Database } from '@stampede/shared/database';
import { isUnavailable } from '@stampede/shared/errors';
import type { Log, Metrics } from '@stampede/shared/telemetry';

const EVERY_MS = 5_000;

/** Counting stops there: a gauge that says "very many" must not itself be a load. */
const WAITING = `
  SELECT count(*) AS mails, coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS "oldestSeconds"
  FROM (SELECT created_at FROM mail LIMIT 100000) waiting`;

/** Measures the mails that wait. Every replica reports them all: take the maximum. */
export function watchMails(parts: { database: Database; log: Log; metrics: Metrics }): Repetition {
  const { database, log, metrics } = parts;
  const waiting = metrics.gauge('mails_waiting', 'Mails that wait to be sent.');
  const oldest = metrics.gauge(
    'mails_oldest_seconds',
    'Age of the oldest mail that waits to be sent; 0 without any.',
  );
  return repeat(async () => {
    try {
      const [found] = await database.query<{ mails: number; oldestSeconds: number }>(WAITING);
      waiting.set(found?.mails ?? 0);
      oldest.set(found?.oldestSeconds ?? 0);
    } catch (error) {
      // That the database is away is said by whoever sends.
      if (!isUnavailable(error)) log.error({ err: error }, 'counting the mails that wait failed');
    }
    return EVERY_MS;
  });
}
