import type { Redis } from 'ioredis';
import { serverOf } from '../redis/index.js';
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
  'run',
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

/** Reads many products in one round trip; undefined where Redis knows nothing of one, or may have forgotten part. */
export async function readStock(
  redis: Redis,
  namespace: string,
  productIds: readonly string[],
): Promise<(StockReading | undefined)[]> {
  const server = serverOf(redis);
  const rows = await Promise.all(productIds.map((id) => redis.hmget(keysOf(namespace, id)[0], ...FIELDS)));
  const runId = server.runId ?? (await server.known());
  return rows.map((row) => (row[0] && row[FIELDS.indexOf('run')] === runId ? readingOf(row) : undefined));
}

/**
 * The epoch of what stands in Redis of a product, be it COLD or not; 0: nothing does. A rebuild's epoch is above it.
 */
export async function readStandingEpoch(redis: Redis, namespace: string, productId: string): Promise<number> {
  return Number(await redis.hget(keysOf(namespace, productId)[0], 'epoch'));
}

function readingOf(row: (string | null)[]): StockReading {
  const value = (field: (typeof FIELDS)[number]) => Number(row[FIELDS.indexOf(field)] ?? 0);
  const total = value('total');
  return {
    epoch: value('epoch'),
    total,
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
      total,
    },
  };
}
