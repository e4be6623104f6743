import { productKeys } from '@stampede/shared/testing';
import type { Platform } from '../platform.js';

/** What became of each order that a buyer was told of, by its id; all of them are unpaid, and none has ended. */
export interface OrdersCompared {
  /** Not in PostgreSQL, or no longer held there. */
  lostInPostgresql: number;
  /** Not held in Redis. */
  lostInRedis: number;
  /** Held in Redis without an order in PostgreSQL. */
  onlyInRedis: number;
}

export async function compareOrders(
  { sql, redis, namespace }: Pick<Platform, 'sql' | 'redis' | 'namespace'>,
  productId: string,
  told: ReadonlySet<string>,
): Promise<OrdersCompared> {
  const rows = await sql('order').query<{ id: string }>(
    `SELECT orders.id FROM orders JOIN order_line ON order_id = orders.id
     WHERE product_id = $1 AND status = 'PENDING_PAYMENT'`,
    [productId],
  );
  const placed = new Set(rows.map(({ id }) => id));
  const entries = Object.entries(await redis.hgetall(productKeys(namespace, productId)[1]));
  const held = new Set(entries.filter(([, entry]) => entry.startsWith('held|')).map(([id]) => id));
  return {
    lostInPostgresql: countBeyond(told, placed),
    lostInRedis: countBeyond(told, held),
    onlyInRedis: countBeyond(held, placed),
  };
}

/** How many of the one are not in the other. */
const countBeyond = (some: ReadonlySet<string>, others: ReadonlySet<string>): number =>
  [...some].filter((id) => !others.has(id)).length;
