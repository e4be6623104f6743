import type { Sql } from '@stampede/shared/database';
import type { SaleFunnel } from './sale-funnel.entity.js';

/** One statement, and so one snapshot: a step is seen either by itself or folded, never both. */
const READ = `
  SELECT stage, sum(orders)::bigint AS orders FROM (
    SELECT stage, orders FROM sale_funnel WHERE product_id = $1
    UNION ALL
    SELECT stage, change FROM sale_funnel_step WHERE product_id = $1
  ) AS counted GROUP BY stage`;

/** Where a product's orders stand; all zero when it has none, or is unknown. */
export async function readSaleFunnel(sql: Sql, productId: string): Promise<SaleFunnel> {
  const rows = await sql.query<{ stage: keyof SaleFunnel; orders: number }>(READ, [productId]);
  const funnel = { held: 0, paying: 0, paid: 0, confirmed: 0, expired: 0, cancelled: 0 };
  for (const { stage, orders } of rows) funnel[stage] = orders;
  return funnel;
}
