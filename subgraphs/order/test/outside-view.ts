import { expect } from '@jest/globals';
import type { Shop } from '@stampede/shared/testing';

const COUNTED = {
  order: [
    'orders',
    'order_line',
    'hold',
    'order_event',
    'refund',
    'shipping_address',
    'delivery',
    'outbox',
    'listing',
  ],
  catalog: ['product', 'stock_order', 'stock_order_line', 'outbox'],
  payment: ['payment', 'outbox'],
  user: ['account', 'session', 'address'],
} as const;

/**
 * How many rows there are, every order and cart as it stands, and every product as Redis knows it: what only a
 * purchase may change.
 */
export async function readEverything({ sql, redis, namespace }: Shop) {
  const rows: Record<string, number> = {};
  for (const [schema, tables] of Object.entries(COUNTED)) {
    for (const table of tables) {
      // That a checkout was refused is told for the sale's figures, up to a second later.
      const those = table === 'outbox' ? `WHERE routing_key <> 'decisions.counted'` : '';
      const [row] = await sql(schema as keyof typeof COUNTED).query<{ count: number }>(
        `SELECT count(*) FROM ${table} ${those}`,
      );
      rows[`${schema}.${table}`] = row?.count ?? 0;
    }
  }
  const states = await sql('order').query(
    `SELECT id, status, pay_by, deciding_payment_id, cancel_requested_at, updated_at FROM orders ORDER BY id`,
  );
  const carts = await sql('order').query(
    'SELECT buyer_id, product_id, quantity FROM cart_line ORDER BY buyer_id, product_id',
  );
  const books = await sql('catalog').query('SELECT id, sold, epoch FROM product ORDER BY id');
  const keys = (await redis.keys(`${namespace}:{p:*`)).toSorted();
  const products = await Promise.all(keys.map(async (key) => [key, await redis.hgetall(key)]));
  return { rows, states, carts, books, products: Object.fromEntries(products) as Record<string, object> };
}

const INTERNAL = [
  /stack/i,
  /postgres|rabbit|amqp|redis|apollo|undici|ioredis/i,
  /node_modules|file:|\/work\/|\/dist\/|\.[jt]s\b/,
  /127\.0\.0\.1|localhost|ECONN|https?:/i,
  /\b(select|insert|update|delete)\b.*\b(from|into|set|where)\b/i,
  /relation "|column "|violates|syntax for type|22P02/i,
  // The services' names: those of fields and of paths are others, or stand as such.
  /catalog|subgraph|serviceName|__\w+__\d|stampede/i,
];

/** An answer says what the API documents, and nothing of how the house is built. */
export function expectNothingInternal(
  shop: Shop,
  answer: { data?: unknown; errors?: { message: string; extensions: object }[] },
): void {
  const { data, errors = [] } = answer;
  const text = JSON.stringify({ data, errors });
  for (const pattern of INTERNAL) expect(text).not.toMatch(pattern);
  for (const [name, { url }] of Object.entries(shop.services)) {
    if (name !== 'gateway') expect(text).not.toContain(new URL(url).port);
  }
  for (const error of errors) {
    const known = ['message', 'locations', 'path', 'extensions'];
    expect(Object.keys(error).filter((key) => !known.includes(key))).toEqual([]);
    const documented = ['code', 'fields', 'retryAfterMs', 'requestId'];
    expect(Object.keys(error.extensions).filter((key) => !documented.includes(key))).toEqual([]);
  }
}
