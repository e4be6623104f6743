import { workOff, type Repetition } from '@stampede/shared/background';
import type { Database } from '@stampede/shared/database';
import type { Guard } from '@stampede/shared/redis';
import type { Log } from '@stampede/shared/telemetry';

const KEPT_DAYS = 30;
const BATCH = 1_000;
const EVERY_MS = 3_600_000;
/** How often a replica asks whether it is time, and its turn. */
const LOOK_MS = 60_000;

/** Of each product the first point with a decision stays: it is when its sale began. */
const FORGET = `
  DELETE FROM sale_point WHERE (product_id, at) IN (
    SELECT product_id, at FROM sale_point AS old
    WHERE at < now() - make_interval(days => ${KEPT_DAYS}) AND (decisions = 0 OR EXISTS (
      SELECT FROM sale_point AS earlier
      WHERE earlier.product_id = old.product_id AND earlier.at < old.at AND earlier.decisions > 0))
    ORDER BY at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)`;

/** Deletes points that are older than 30 days, a thousand at a time. @returns how many they were */
export async function forgetOldPoints(
  database: Pick<Database, 'run'>,
  signal?: AbortSignal,
): Promise<number> {
  let forgotten = 0;
  for (;;) {
    const batch = await database.run(FORGET);
    forgotten += batch;
    if (batch < BATCH || signal?.aborted) return forgotten;
  }
}

/** Does so once an hour, in one replica at a time. */
export function openForgettingPoints(parts: {
  database: Database;
  guard: Pick<Guard, 'oncePer'>;
  log: Log;
}): Repetition {
  const { database, guard, log } = parts;
  const stop = new AbortController();
  const loop = workOff({ name: 'the forgetting of sale points', pauseMs: LOOK_MS, log }, async () => {
    await guard.oncePer('forget-sale-points', EVERY_MS, async () => {
      const points = await forgetOldPoints(database, stop.signal);
      if (points > 0) log.info({ points }, 'old points of sales are forgotten');
    });
    return 0;
  });
  return {
    close: () => {
      stop.abort();
      return loop.close();
    },
  };
}
