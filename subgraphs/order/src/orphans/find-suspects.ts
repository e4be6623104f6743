import type { Database } from '@stampede/shared/database';
import type { Inventory } from '@stampede/shared/inventory';

/** Products per round trip to Redis. */
const PAGE = 500;

/**
 * Products of which Redis holds more units than unsettled orders account for: the few that are worth reading in
 * whole. A reservation on its way makes its product one as well.
 */
export async function findSuspects({
  database,
  inventory,
}: {
  database: Database;
  inventory: Inventory;
}): Promise<string[]> {
  const listed = await database.query<{ product_id: string }>(
    'SELECT product_id FROM listing WHERE epoch > 0 ORDER BY product_id',
  );
  const ids = listed.map(({ product_id }) => product_id);
  const accounted = await readAccounted(database);
  const suspects: string[] = [];
  for (let start = 0; start < ids.length; start += PAGE) {
    const page = ids.slice(start, start + PAGE);
    const readings = await inventory.read(page);
    suspects.push(...page.filter((id, index) => (readings[index]?.held ?? 0) > (accounted.get(id) ?? 0)));
  }
  return suspects;
}

async function readAccounted(database: Database): Promise<Map<string, number>> {
  const rows = await database.query<{ product_id: string; units: number }>(
    `SELECT line.product_id, sum(line.quantity) AS units FROM orders JOIN order_line line ON line.order_id = orders.id
     WHERE orders.status IN ('PENDING_PAYMENT', 'PAID') GROUP BY line.product_id`,
  );
  return new Map(rows.map(({ product_id, units }) => [product_id, units]));
}
