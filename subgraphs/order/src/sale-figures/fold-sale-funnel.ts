import { workOff, type Repetition } from '@stampede/shared/background';
import type { Database } from '@stampede/shared/database';
import type { Log } from '@stampede/shared/telemetry';

const EVERY_MS = 1_000;
const BATCH = 5_000;

/** Counters are raised in one order everywhere, so that two replicas wait for each other in a line and not in a ring. */
const FOLD = `
  WITH taken AS (
    DELETE FROM sale_funnel_step WHERE ctid = ANY(ARRAY(
      SELECT ctid FROM sale_funnel_step LIMIT ${BATCH} FOR UPDATE SKIP LOCKED))
    RETURNING product_id, stage, change
  ), folded AS (
    INSERT INTO sale_funnel (product_id, stage, orders)
    SELECT product_id, stage, sum(change) FROM taken GROUP BY product_id, stage ORDER BY product_id, stage
    ON CONFLICT (product_id, stage) DO UPDATE SET orders = sale_funnel.orders + excluded.orders
  )
  SELECT count(*)::integer AS steps FROM taken`;

/** Adds a batch of steps to the counters; replicas share the work. @returns how many there were */
export async function foldSteps(database: Pick<Database, 'query'>): Promise<number> {
  const [folded] = await database.query<{ steps: number }>(FOLD);
  return folded?.steps ?? 0;
}

/** Keeps the steps few, so that reading a funnel stays a look at some rows. */
export const foldSaleFunnel = (database: Database, log: Log): Repetition =>
  workOff({ name: 'the folding of funnels', pauseMs: EVERY_MS, fullBatch: BATCH, log }, () =>
    foldSteps(database),
  );
