import type { Sql } from '@stampede/shared/database';
import type { RefusalCount } from './sale-stats.entity.js';

/** GraphQL's Int ends there; two billion and more refusals read as two billion. */
const MOST_INT = 2_147_483_647;

/** The commonest first. */
export const readRefusals = (sql: Sql, productId: string): Promise<RefusalCount[]> =>
  sql.query<RefusalCount>(
    `SELECT reason, least(refused.count, ${MOST_INT}) AS count FROM sale_refusal AS refused
      WHERE product_id = $1 ORDER BY refused.count DESC, reason`,
    [productId],
  );

/** The second of the first decision; points without one are of units that moved by themselves. */
export async function readFirstSecond(sql: Sql, productId: string): Promise<Date | null> {
  const [first] = await sql.query<{ at: Date }>(
    'SELECT at FROM sale_point WHERE product_id = $1 AND decisions > 0 ORDER BY at LIMIT 1',
    [productId],
  );
  return first?.at ?? null;
}

/** When the last unit was taken, the last time that it was. */
export async function readSoldOutAt(sql: Sql, productId: string): Promise<Date | null> {
  const [seen] = await sql.query<{ sold_out_at: Date | null }>(
    'SELECT sold_out_at FROM stock_seen WHERE product_id = $1',
    [productId],
  );
  return seen?.sold_out_at ?? null;
}
