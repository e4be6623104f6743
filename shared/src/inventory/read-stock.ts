import type { Redis } from 'ioredis';
import { serverOf } from '../redis/index.js';
import { keysOf, type SaleSettings } from './product.js';

/** A product's stock and settings as Redis knows them at this instant. Times are milliseconds since 1970. */
export interface StockReading {
  epoch: number;
  total: number;
  available: number;
  held: number;
  sold: number;
  /** How many holds were given in this epoch. */
  serial: number;
  /** When the last unit was taken, the last time that it was; null: never in this epoch. */
  soldOutAt: number | null;
  /** The instant of these numbers by Redis' clock: they are of then, or of the same round trip after it. */
  asOf: number;
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
  'soldOutAt',
] as const;

/**
 * Reads many products in one round trip (one for each node of a Redis Cluster), however often one is named;
 * undefined where Redis knows nothing of one, or may have forgotten part.
 */
export async function readStock(
  redis: Redis,
  namespace: string,
  productIds: readonly string[],
): Promise<(StockReading | undefined)[]> {
  const server = serverOf(redis);
  const { asOf, rows } = await readRows(redis, namespace, productIds);
  const runId = server.runId ?? (await server.known());
  return rows.map((row) => (row[FIELDS.indexOf('run')] === runId ? readingOf(row, asOf) : undefined));
}

/** As {@link readStock}, whatever may have been forgotten: what stands there, and nobody sells from if it is COLD. */
export async function readStanding(
  redis: Redis,
  namespace: string,
  productIds: readonly string[],
): Promise<(StockReading | undefined)[]> {
  const { asOf, rows } = await readRows(redis, namespace, productIds);
  return rows.map((row) => (row[0] ? readingOf(row, asOf) : undefined));
}

/** Redis' clock, by which sales open and close; milliseconds since 1970. */
export async function readClock(redis: Redis): Promise<number> {
  const [seconds, micros] = await redis.time();
  return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
}

/** Asked in one turn, the clock first: auto-pipelining makes one trip of it, which MULTI could not over several nodes. */
async function readRows(redis: Redis, namespace: string, productIds: readonly string[]) {
  const asked = new Map<string, Promise<(string | null)[]>>();
  const clock = readClock(redis);
  for (const id of productIds) {
    if (!asked.has(id)) asked.set(id, redis.hmget(keysOf(namespace, id)[0], ...FIELDS));
  }
  const [asOf, ...rows] = await Promise.all([clock, ...asked.values()]);
  const byId = new Map([...asked.keys()].map((id, index) => [id, rows[index] as (string | null)[]]));
  return { asOf, rows: productIds.map((id) => byId.get(id) as (string | null)[]) };
}

function readingOf(row: (string | null)[], asOf: number): StockReading {
  const value = (field: (typeof FIELDS)[number]) => Number(row[FIELDS.indexOf(field)] ?? 0);
  const total = value('total');
  return {
    epoch: value('epoch'),
    total,
    available: value('available'),
    held: value('held'),
    sold: value('sold'),
    serial: value('serial'),
    soldOutAt: value('soldOutAt') || null,
    asOf,
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
