import type { Database } from '@stampede/shared/database';
import type { ScheduledStep } from './schedule.js';

/** For how many seconds the step has been due that has waited longest; 0 when none is. */
export async function readOverdue(database: Database, steps: readonly ScheduledStep[]): Promise<number> {
  const dues = steps.map(
    ({ from, afterS }) =>
      `SELECT min(delivery_since) + interval '${afterS} seconds' AS at FROM orders
       WHERE status = '${from}' AND delivery_since IS NOT NULL`,
  );
  const [row] = await database.query<{ seconds: number | null }>(
    `SELECT extract(epoch FROM now() - min(at))::float8 AS seconds FROM (${dues.join(' UNION ALL ')}) AS due`,
  );
  return Math.max(0, row?.seconds ?? 0);
}
