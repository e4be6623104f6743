import type { Redis } from 'ioredis';
import { keysOf, type SaleSettings } from './product.js';

/** A product's stock and settings as Redis knows them at this instant. */
export interface StockReading {
  epoch: number;
  total: number;
  available: number;
  held: number;
  sold: number;
  settings: SaleSettings;
}

const FIELDS = [
  'epoch',
  'total',
  'available',
  'held',
  'sold',
  'version',
  'opensAt',
  'closesAt',
  'limit',
  'holdMs',
  'paused',
] as const;

/** Reads many products in one round trip; undefined where Redis knows nothing of one. */
export async function readStock(
  redis: Redis,
  namespace: string,
  productIds: readonly string[],
): Promise<(StockReading | undefined)[]> {
  const rows = await Promise.all(productIds.map((id) => redis.hmget(keysOf(namespace, id)[0], ...FIELDS)));
  return rows.map((row) => (row[0] ? readingOf(row.map(Number)) : undefined));
}

function readingOf(row: number[]): StockReading {
  const value = (field: (typeof FIELDS)[number]) => row[FIELDS.indexOf(field)] ?? 0;
  return {
    epoch: value('epoch'),
    total: value('total'),
    available: value('available'),
    held: value('held'),
    sold: value('sold'),
    settings: {
      version: value('version'),
      opensAt: value('opensAt'),
      closesAt: value('closesAt') || null,
      limitPerBuyer: value('limit'),
      holdMinutes: value('holdMs') / 60_000,
      paused: value('paused') === 1,
    },
  };
}
