import type { Database } from '@stampede/shared/database';
import type { Inventory } from '@stampede/shared/inventory';

/** Products, or orders, per round trip to Redis. */
const PAGE = 500;

interface SuspectParts {
  database: Database;
  inventory: Inventory;
}

/**
 * Products of which Redis holds more units than unsettled orders account for: the few that are worth reading in
 * whole. A reservation on its way makes its product one as well.
 *
 * None is overlooked, however much is going on: an order counts only when its hold stood while Redis was read. So it
 * was placed before that, and is unpaid after it; or it is paid, and Redis has not sold it yet.
 */
export async function findSuspects(parts: SuspectParts): Promise<string[]> {
  const [clock] = await parts.database.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  const held = await readHeldUnits(parts);
  const placedBefore = clock!.now;
  const unpaid = await readUnpaid(parts.database, placedBefore);
  const more = [...held].filter(([id, units]) => units > (unpaid.get(id) ?? 0)).map(([id]) => id);
  if (more.length === 0) return [];
  const paid = await readPaid(parts.database, more, placedBefore);
  const suspects: string[] = [];
  for (const id of more) {
    const accounted = (unpaid.get(id) ?? 0) + (await unitsStillHeld(parts, id, paid.get(id) ?? []));
    if (held.get(id)! > accounted) suspects.push(id);
  }
  return suspects;
}

async function readHeldUnits({ database, inventory }: SuspectParts): Promise<Map<string, number>> {
  const listed = await database.query<{ product_id: string }>(
    'SELECT product_id FROM listing WHERE epoch > 0 ORDER BY product_id',
  );
  const held = new Map<string, number>();
  for (const page of pagesOf(listed.map(({ product_id }) => product_id))) {
    const readings = await inventory.read(page);
    page.forEach((id, index) => held.set(id, readings[index]?.held ?? 0));
  }
  return held;
}

async function readUnpaid(database: Database, placedBefore: Date): Promise<Map<string, number>> {
  const rows = await database.query<{ product_id: string; units: number }>(
    `SELECT line.product_id, sum(line.quantity) AS units FROM orders JOIN order_line line ON line.order_id = orders.id
     WHERE orders.status = 'PENDING_PAYMENT' AND orders.placed_at < $1 GROUP BY line.product_id`,
    [placedBefore],
  );
  return new Map(rows.map(({ product_id, units }) => [product_id, units]));
}

/** The paid orders of each product, which are sold in Redis before they are CONFIRMED. */
async function readPaid(
  database: Database,
  productIds: readonly string[],
  placedBefore: Date,
): Promise<Map<string, string[]>> {
  const rows = await database.query<{ product_id: string; ids: string[] }>(
    `SELECT line.product_id, array_agg(orders.id) AS ids FROM orders JOIN order_line line ON line.order_id = orders.id
     WHERE orders.status = 'PAID' AND orders.placed_at < $2 AND line.product_id = ANY($1) GROUP BY line.product_id`,
    [productIds, placedBefore],
  );
  return new Map(rows.map(({ product_id, ids }) => [product_id, ids]));
}

async function unitsStillHeld({ inventory }: SuspectParts, productId: string, orderIds: readonly string[]) {
  let units = 0;
  for (const page of pagesOf(orderIds)) {
    for (const entry of await inventory.entriesOf(productId, page)) {
      if (entry?.state === 'held') units += entry.quantity;
    }
  }
  return units;
}

function* pagesOf<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += PAGE) yield items.slice(start, start + PAGE);
}
