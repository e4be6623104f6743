import { isUnavailable } from '../errors/index.js';
import type { Database } from '../database/index.js';
import type { Log } from '../telemetry/index.js';
import type { MessagingMetrics } from './metrics.js';

export interface HousekeepingOptions {
  database: Database;
  outbox: MessagingMetrics['outbox'];
  /** Published rows older than this are deleted, in milliseconds. */
  keepPublishedMs: number;
  /** Longer than any message may be under way: a second delivery after that would have its effect again. */
  keepHandledMs: number;
  log: Log;
}

export interface Housekeeping {
  close(): Promise<void>;
}

const EVERY_MS = 5_000;
const BATCH = 1_000;

/** Counting stops there: a gauge that says "very many" must not itself be a load. */
const DEPTH = `
  SELECT count(*) AS rows, coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS "oldestSeconds"
  FROM (SELECT created_at FROM outbox WHERE published_at IS NULL ORDER BY id LIMIT 100000) waiting`;

/** Small batches of rows that no other replica is deleting: no long lock, no waiting for one another. */
const CLEAN_OUTBOX = `
  DELETE FROM outbox WHERE id = ANY(ARRAY(
    SELECT id FROM outbox WHERE published_at < now() - $1 * interval '1 millisecond'
    ORDER BY published_at LIMIT $2 FOR UPDATE SKIP LOCKED
  ))`;
const CLEAN_INBOX = `
  DELETE FROM inbox WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM inbox WHERE handled_at < now() - $1 * interval '1 millisecond'
    ORDER BY handled_at LIMIT $2 FOR UPDATE SKIP LOCKED
  ))`;

/** Measures the outbox and deletes what outbox and inbox need no longer, every 5 s. */
export function startHousekeeping(options: HousekeepingOptions): Housekeeping {
  const { database, outbox, keepPublishedMs, keepHandledMs, log } = options;
  const closing = new AbortController();
  let running: Promise<void> | undefined;

  async function clean(statement: string, keepMs: number): Promise<void> {
    while (!closing.signal.aborted && (await database.run(statement, [keepMs, BATCH])) === BATCH);
  }

  async function tidy(): Promise<void> {
    try {
      const [waiting] = await database.query<{ rows: number; oldestSeconds: number }>(DEPTH);
      outbox.rows.set(waiting?.rows ?? 0);
      outbox.oldest.set(Math.max(0, waiting?.oldestSeconds ?? 0));
      await clean(CLEAN_OUTBOX, keepPublishedMs);
      await clean(CLEAN_INBOX, keepHandledMs);
    } catch (error) {
      // That the database is away is the relay's to say.
      if (!isUnavailable(error)) log.error({ err: error }, 'tidying outbox and inbox failed');
    }
  }

  function begin(): void {
    running ??= tidy().finally(() => {
      running = undefined;
    });
  }

  begin();
  const timer = setInterval(begin, EVERY_MS);

  return {
    close: async () => {
      closing.abort();
      clearInterval(timer);
      await running;
    },
  };
}
