import { workOff, type Repetition } from '@stampede/shared/background';
import type { Database } from '@stampede/shared/database';
import type { Guard } from '@stampede/shared/redis';
import type { Log } from '@stampede/shared/telemetry';

const KEPT_DAYS = 30;
const BATCH = 1_000;
const EVERY_MS = 3_600_000;
/** How often a replica asks whether it is time, and its turn. */
const LOOK_MS = 60_000;

/**
 * Of each product the first point with a decision stays: it is when its sale began. Looks at a batch that comes after
 * the last one, so that points that stay are looked at once a round, however many they have become.
 */
const FORGET = `
  WITH looked AS MATERIALIZED (
    SELECT product_id, at, decisions > 0 AND NOT EXISTS (
        SELECT FROM sale_point AS earlier
        WHERE earlier.product_id = old.product_id AND earlier.at < old.at AND earlier.decisions > 0) AS stays
    FROM sale_point AS old
    WHERE at < now() - make_interval(days => ${KEPT_DAYS}) AND (at, product_id) > ($1::timestamptz, $2::uuid)
    ORDER BY at, product_id LIMIT ${BATCH}
  ), gone AS (
    DELETE FROM sale_point WHERE (product_id, at) IN (
      SELECT product_id, at FROM sale_point JOIN looked USING (product_id, at) WHERE NOT stays
      FOR UPDATE OF sale_point SKIP LOCKED)
    RETURNING 1
  )
  SELECT at::text AS at, product_id AS "productId", (SELECT count(*) FROM looked)::integer AS looked,
    (SELECT count(*) FROM gone)::integer AS gone
  FROM looked ORDER BY looked.at DESC, product_id DESC LIMIT 1`;

interface Batch {
  at: string;
  productId: string;
  looked: number;
  gone: number;
}

const BEFORE_ALL = { at: '-infinity', productId: '00000000-0000-0000-0000-000000000000' };

/** Deletes points that are older than 30 days, a thousand at a time. @returns how many they were */
export async function forgetOldPoints(
  database: Pick<Database, 'query'>,
  signal?: AbortSignal,
): Promise<number> {
  let forgotten = 0;
  let last: Pick<Batch, 'at' | 'productId'> = BEFORE_ALL;
  for (;;) {
    const [batch] = await database.query<Batch>(FORGET, [last.at, last.productId]);
    if (!batch) return forgotten;
    forgotten += batch.gone;
    if (batch.looked < BATCH || signal?.aborted) return forgotten;
    last = batch;
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
