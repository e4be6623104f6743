import type { Sql } from '../database/index.js';
import { keysOf } from '../inventory/product.js';
import type { Finding, InvariantParts } from './finding.js';

interface Expected {
  orderId: string;
  buyerId: string;
  state: 'held' | 'sold';
  quantity: number;
}

/**
 * Compares every product that Redis knows with what PostgreSQL says of it, by order id: counters, holds, and the
 * buyers' limits. A product that is cold is right by definition: it is rebuilt when somebody asks.
 */
export async function compareStock({ sql, redis, namespace }: InvariantParts): Promise<Finding[]> {
  const sums: string[] = [];
  const differences: string[] = [];
  const products = await sql('catalog').query<{ id: string; total: number }>('SELECT id, total FROM product');
  for (const { id, total } of products) {
    const [stockKey, ordersKey, buyersKey] = keysOf(namespace, id);
    const stock = await redis.hgetall(stockKey);
    if (!stock.epoch) continue;
    const count = (field: string) => Number(stock[field]);
    const {
      total: known,
      available,
      held,
      sold,
    } = { total: count('total'), available: count('available'), held: count('held'), sold: count('sold') };
    if (known !== available + held + sold || known !== total || available < 0) {
      sums.push(`product ${id}: ${known} of ${total} = ${available} + ${held} + ${sold}`);
    }
    const expected = await readExpected(sql('order'), id);
    differences.push(
      ...unequal(`product ${id}, held`, held, unitsOf(expected, 'held')),
      ...unequal(`product ${id}, sold`, sold, unitsOf(expected, 'sold')),
      ...compareOrders(id, await redis.hgetall(ordersKey), expected),
      ...compareBuyers(id, await redis.hgetall(buyersKey), expected),
    );
  }
  return [
    { invariant: 1, claim: 'total = available + held + sold, in Redis as in PostgreSQL', violations: sums },
    { invariant: 6, claim: 'Redis holds exactly what PostgreSQL says', violations: differences },
  ];
}

/** What a rebuild would load. */
const readExpected = (order: Sql, productId: string) =>
  order.query<Expected>(
    `SELECT orders.id AS "orderId", orders.buyer_id AS "buyerId", line.quantity::int,
       CASE WHEN stock_order.status = 'COMMITTED' THEN 'sold' ELSE 'held' END AS state
     FROM order_line line JOIN orders ON orders.id = line.order_id
     LEFT JOIN catalog.stock_order ON stock_order.order_id = orders.id
     WHERE line.product_id = $1 AND (stock_order.status = 'COMMITTED'
       OR (stock_order.status IS NULL AND orders.status NOT IN ('EXPIRED', 'CANCELLED', 'REFUNDED')))`,
    [productId],
  );

function compareOrders(productId: string, hash: Record<string, string>, expected: Expected[]): string[] {
  const told = new Map(expected.map(({ orderId, state, quantity }) => [orderId, `${state}|${quantity}`]));
  const known = new Map(
    Object.entries(hash)
      .filter(([orderId, entry]) => orderId !== '#' && !entry.startsWith('ended|'))
      .map(([orderId, entry]) => [orderId, entry.split('|').slice(0, 2).join('|')]),
  );
  return [...new Set([...told.keys(), ...known.keys()])].flatMap((orderId) =>
    unequal(`product ${productId}, order ${orderId}`, known.get(orderId), told.get(orderId)),
  );
}

function compareBuyers(productId: string, hash: Record<string, string>, expected: Expected[]): string[] {
  const told = new Map<string, number>();
  for (const { buyerId, quantity } of expected) told.set(buyerId, (told.get(buyerId) ?? 0) + quantity);
  const known = Object.keys(hash).filter((buyerId) => buyerId !== '#');
  return [...new Set([...told.keys(), ...known])].flatMap((buyerId) =>
    unequal(`product ${productId}, buyer ${buyerId}`, Number(hash[buyerId] ?? 0), told.get(buyerId) ?? 0),
  );
}

const unitsOf = (expected: Expected[], state: Expected['state']) =>
  expected.filter((order) => order.state === state).reduce((sum, { quantity }) => sum + quantity, 0);

const unequal = (what: string, redis: unknown, postgres: unknown): string[] =>
  redis === postgres ? [] : [`${what}: ${String(redis)} in Redis, ${String(postgres)} in PostgreSQL`];
