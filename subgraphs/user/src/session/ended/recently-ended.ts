import { openOutage, repeat } from '@stampede/shared/background';
import type { Sql } from '@stampede/shared/database';
import { ENDED_MATTERS_MS, openRecentIds } from '@stampede/shared/identity';
import type { Log } from '@stampede/shared/telemetry';
import { sessionEnds } from '../session.entity.js';

/** The sessions that have ended lately, whichever replica ended them. */
export interface RecentlyEnded {
  ids(): string[];
  /** Milliseconds since the database was last read; undefined before the first time. */
  ageMs(): number | undefined;
  /** To be told of those that come on top; `listener` must not throw. */
  listen(listener: (ids: string[]) => void): void;
  close(): Promise<void>;
}

export interface RecentlyEndedOptions {
  /** A connection of its own: it must not wait behind a rush of sign-ins. */
  database: Sql;
  log: Log;
  /** Milliseconds from one reading to the next. */
  everyMs?: number;
}

/**
 * `ended_at` says when the transaction began that ended the session; others see it from its commit on. So each
 * reading goes back beyond the last one by more than any such transaction takes: each statement is given up after 10
 * seconds, and the longest, the deletion of an account, is a dozen of them.
 */
const OVERLAP_MS = 150_000;

const ENDED_SINCE = `SELECT id FROM session WHERE ended_at > now() - make_interval(secs => $1::float8)`;

/**
 * Follows the sessions that end: those of this process as soon as they are committed, and all of them by reading the
 * database, which knows of other replicas, and of a process that died between its commit and telling.
 */
export function openRecentlyEnded({ database, log, everyMs = 250 }: RecentlyEndedOptions): RecentlyEnded {
  const known = openRecentIds(ENDED_MATTERS_MS);
  const listeners = new Set<(ids: string[]) => void>();
  const outage = openOutage(log, 'the reading of ended sessions');
  let readAt: number | undefined;

  function learn(ids: string[]): void {
    const news = ids.filter(known.add);
    if (news.length > 0) for (const listener of listeners) listener(news);
  }

  async function read(): Promise<void> {
    const startedAt = performance.now();
    const backMs = (readAt === undefined ? ENDED_MATTERS_MS : startedAt - readAt) + OVERLAP_MS;
    const rows = await database.query<{ id: string }>(ENDED_SINCE, [backMs / 1_000]);
    readAt = startedAt;
    learn(rows.map(({ id }) => id));
  }

  const own = sessionEnds.listen((id) => learn([id]));
  const reading = repeat(async () => {
    try {
      await read();
      outage.ended();
    } catch (error) {
      outage.began(error);
    }
    return everyMs;
  });

  return {
    ids: known.ids,
    ageMs: () => (readAt === undefined ? undefined : performance.now() - readAt),
    listen: (listener) => void listeners.add(listener),
    close: async () => {
      await own.close();
      await reading.close();
    },
  };
}
