import { connect } from 'amqplib';
import type { ServiceName } from '../database/index.js';
import { deadLetterQueue } from '../messaging/index.js';
import { keysOf } from '../inventory/product.js';
import type { InvariantParts } from './finding.js';

/** The numbers behind the invariants, of one product. */
export interface Books {
  /** Null when Redis does not know the product. */
  redis: { total: number; available: number; held: number; sold: number } | null;
  postgresql: { total: number; sold: number; inLivingOrders: number };
  /** How many orders stand in each status. */
  orders: Record<string, number>;
  payments: { captured: number; capturedAmount: number; refunded: number; refundedAmount: number };
  limits: { perBuyer: number; mostOfOneBuyer: number };
}

/** What has not been handled to its end, in the whole platform. */
export interface LeftOver {
  unpublishedMessages: number;
  waitingStockEffects: number;
  deadLetters: number;
}

export async function readBooks(
  { sql, redis, namespace }: InvariantParts,
  productId: string,
): Promise<Books> {
  const [product] = await sql('catalog').query<{ total: number; sold: number; limit: number }>(
    'SELECT total, sold, limit_per_buyer AS "limit" FROM product WHERE id = $1',
    [productId],
  );
  if (!product) throw new Error(`there is no product ${productId}`);
  const orders = await sql('order').query<{ status: string; count: number }>(
    `SELECT status, count(*) FROM orders JOIN order_line ON order_id = id WHERE product_id = $1
     GROUP BY status ORDER BY status`,
    [productId],
  );
  const [living] = await sql('order').query<{ units: number; most: number }>(
    `SELECT coalesce(sum(units), 0)::int AS units, coalesce(max(units), 0)::int AS most FROM (
       SELECT sum(quantity) AS units FROM orders JOIN order_line ON order_id = id
       WHERE product_id = $1 AND status NOT IN ('EXPIRED', 'CANCELLED', 'REFUNDED') GROUP BY buyer_id) buyer`,
    [productId],
  );
  const [payments] = await sql('payment').query<Books['payments']>(
    `SELECT count(*) FILTER (WHERE approved_at IS NOT NULL) AS captured,
       coalesce(sum(payment.amount) FILTER (WHERE approved_at IS NOT NULL), 0)::bigint AS "capturedAmount",
       count(*) FILTER (WHERE refund.amount IS NOT NULL) AS refunded,
       coalesce(sum(refund.amount), 0)::bigint AS "refundedAmount"
     FROM payment LEFT JOIN (SELECT payment_id, sum(amount) AS amount FROM refund GROUP BY payment_id) refund
       ON refund.payment_id = payment.id
     WHERE order_id IN (SELECT order_id FROM "order".order_line WHERE product_id = $1)`,
    [productId],
  );
  return {
    redis: await readRedisStock({ redis, namespace }, productId),
    postgresql: { total: product.total, sold: product.sold, inLivingOrders: living?.units ?? 0 },
    orders: Object.fromEntries(orders.map(({ status, count }) => [status, count])),
    payments: payments as Books['payments'],
    limits: { perBuyer: product.limit, mostOfOneBuyer: living?.most ?? 0 },
  };
}

/** The keys of a product in Redis: its numbers, its orders, its buyers. */
export const productKeys = keysOf;

/** The counters as they stand in Redis, be they trusted or not; null when nothing is there. */
export async function readRedisStock(
  { redis, namespace }: Pick<InvariantParts, 'redis' | 'namespace'>,
  productId: string,
): Promise<Books['redis']> {
  const fields = ['total', 'available', 'held', 'sold'] as const;
  const [total, available, held, sold] = await redis.hmget(keysOf(namespace, productId)[0], ...fields);
  if (total === null) return null;
  return { total: Number(total), available: Number(available), held: Number(held), sold: Number(sold) };
}

export async function readLeftOver(
  { sql, namespace }: Pick<InvariantParts, 'sql' | 'namespace'>,
  amqpUrl: string,
): Promise<LeftOver> {
  const count = async (schema: ServiceName, query: string) =>
    (await sql(schema).query<{ count: number }>(`SELECT count(*) ${query}`))[0]?.count ?? 0;
  const senders = ['order', 'catalog', 'payment'] as const;
  const unpublished = await Promise.all(
    senders.map((schema) => count(schema, 'FROM outbox WHERE published_at IS NULL')),
  );
  const waiting = await Promise.all([
    count('order', 'FROM stock_effect'),
    count('catalog', 'FROM stock_effect'),
  ]);
  return {
    unpublishedMessages: sum(unpublished),
    waitingStockEffects: sum(waiting),
    // Those that order has not collected yet, and those that it keeps for an operator.
    deadLetters:
      (await countDeadLetters(amqpUrl, namespace)) +
      (await count('order', `FROM dead_letter WHERE status = 'OPEN'`)),
  };
}

async function countDeadLetters(url: string, namespace: string): Promise<number> {
  const connection = await connect(url, { noDelay: true });
  try {
    const channel = await connection.createChannel();
    return (await channel.checkQueue(deadLetterQueue(namespace))).messageCount;
  } finally {
    await connection.close();
  }
}

const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
