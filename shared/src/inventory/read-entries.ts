import type { Redis } from 'ioredis';
import { keysOf, type HoldName } from './product.js';

/** An order's share of a product as Redis knows it. */
export interface StockEntry extends HoldName {
  orderId: string;
  buyerId: string;
  state: 'held' | 'sold' | 'ended';
  quantity: number;
  /** By Redis' clock, milliseconds since 1970. */
  heldAt: number;
}

/** Fields to a command, beside which the buyers' own go on. */
const PAGE = 1_000;

/**
 * Every order's share of a product, page by page, beside the buyers' commands: what changes meanwhile may or may not
 * be seen, and one may be told twice.
 */
export async function* scanEntries(
  redis: Redis,
  namespace: string,
  productId: string,
): AsyncGenerator<StockEntry[]> {
  for await (const fields of scan(redis, keysOf(namespace, productId)[1])) {
    yield fields.map(([orderId, text]) => entryOf(orderId, text));
  }
}

/** What some orders have, in the order in which they were asked for. */
export async function readEntries(
  redis: Redis,
  namespace: string,
  productId: string,
  orderIds: readonly string[],
): Promise<(StockEntry | undefined)[]> {
  if (orderIds.length === 0) return [];
  const texts = await redis.hmget(keysOf(namespace, productId)[1], ...orderIds);
  return texts.map((text, index) => (text === null ? undefined : entryOf(orderIds[index] as string, text)));
}

/** What every buyer holds and owns of a product; read as {@link scanEntries} is. */
export async function readUnitsByBuyer(
  redis: Redis,
  namespace: string,
  productId: string,
): Promise<Map<string, number>> {
  const units = new Map<string, number>();
  for await (const fields of scan(redis, keysOf(namespace, productId)[2])) {
    for (const [buyerId, owned] of fields) units.set(buyerId, Number(owned));
  }
  return units;
}

async function* scan(redis: Redis, key: string): AsyncGenerator<[field: string, value: string][]> {
  let cursor = '0';
  do {
    const [next, flat] = await redis.hscan(key, cursor, 'COUNT', PAGE);
    const fields: [string, string][] = [];
    for (let index = 0; index < flat.length; index += 2) {
      // The epoch.
      if (flat[index] !== '#') fields.push([flat[index] as string, flat[index + 1] as string]);
    }
    yield fields;
    cursor = next;
  } while (cursor !== '0');
}

/** As the prelude of the scripts writes it. */
function entryOf(orderId: string, text: string): StockEntry {
  const [state, quantity, buyerId = '', , epoch, serial, , heldAt] = text.split('|');
  return {
    orderId,
    buyerId,
    state: state as StockEntry['state'],
    quantity: Number(quantity),
    epoch: Number(epoch),
    serial: Number(serial),
    heldAt: Number(heldAt),
  };
}
