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
  /** How many holds were given in this epoch. */
  serial: number;
  settings: SaleSettings;
}

const FIELDS = [
  'epoch',
  'run',
  'total',
  'available',
  'held',
  'sold',
  'serial',
  'version',
  'opensAt',
  'closesAt',
  'limit',
  'holdMs',
  'paused',
  'terms',
] as const;

/** Reads many products in one round trip; undefined where Redis knows nothing of one, or may have forgotten part. */
export async function readStock(
  redis: Redis,
  namespace: string,
  productIds: readonly string[],
): Promise<(StockReading | undefined)[]> {
  const server = serverOf(redis);
  const rows = await readRows(redis, namespace, productIds);
  const runId = server.runId ?? (await server.known());
  return rows.map((row) => (row[FIELDS.indexOf('run')] === runId ? readingOf(row) : undefined));
}

/** As {@link readStock}, whatever may have been forgotten: what stands there, and nobody sells from if it is COLD. */
export async function readStanding(
  redis: Redis,
  namespace: string,
  productIds: readonly string[],
): Promise<(StockReading | undefined)[]> {
  const rows = await readRows(redis, namespace, productIds);
  return rows.map((row) => (row[0] ? readingOf(row) : undefined));
}

const readRows = (redis: Redis, namespace: string, productIds: readonly string[]) =>
  Promise.all(productIds.map((id) => redis.hmget(keysOf(namespace, id)[0], ...FIELDS)));

function readingOf(row: (string | null)[]): StockReading {
  const value = (field: (typeof FIELDS)[number]) => Number(row[FIELDS.indexOf(field)] ?? 0);
  const total = value('total');
  return {
    epoch: value('epoch'),
    total,
    available: value('available'),
    held: value('held'),
    sold: value('sold'),
    serial: value('serial'),
    settings: {
      version: value('version'),
      opensAt: value('opensAt'),
      closesAt: value('closesAt') || null,
      limitPerBuyer: value('limit'),
      holdMinutes: value('holdMs') / 60_000,
      paused: value('paused') === 1,
      termsVersion: value('terms'),
      total,
    },
  };
}
