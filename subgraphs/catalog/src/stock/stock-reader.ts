import type { Database } from '@stampede/shared/database';
import type { Inventory } from '@stampede/shared/inventory';
import type { Log } from '@stampede/shared/telemetry';
import DataLoader from 'dataloader';
import { isLongOver } from './phase.js';
import { AWAY, openRedisStock } from './redis-stock.js';
import { readStockSeen } from './stock-seen.js';
import { timed, type TimedReading } from './timed-reading.js';
import { openWaitForRebuild } from './wait-for-rebuild.js';

/** Reads stock: what is asked for in one tick, by whatever request, in one round trip. */
export interface StockReader {
  /**
   * The reading of now. While Redis is away, or a product is COLD and not rebuilt in a moment, what PostgreSQL knows:
   * the last look that any replica had at it, with its time.
   * @throws Unavailable when PostgreSQL is away, too.
   */
  read(productId: string): Promise<TimedReading>;
  /** Has COLD products rebuilt in the background. While order is away it is tried about once a second. */
  rebuild(productIds: readonly string[]): void;
}

export interface StockReaderOptions {
  database: Database;
  inventory: Pick<Inventory, 'read' | 'now'>;
  /** Has order rebuild a product of which Redis knows nothing; resolves when that is done. */
  askForRebuild: (productId: string) => Promise<void>;
  log: Log;
}

const BATCHES = { cache: false, maxBatchSize: 500 };

export function openStockReader({
  database,
  inventory,
  askForRebuild,
  log,
}: StockReaderOptions): StockReader {
  const readRedis = openRedisStock(inventory, log);
  const rebuilds = openWaitForRebuild(askForRebuild, log);
  const redisNow = new DataLoader(readRedis, BATCHES);
  const lastSeen = new DataLoader((ids: readonly string[]) => readStockSeen(database, ids), BATCHES);
  // Those of one round trip come here in one tick, and so together again.
  const cold = new DataLoader(readCold, BATCHES);

  /** PostgreSQL is read first: it says whose sale is over, and what to answer if Redis does not know in time. */
  async function readCold(ids: readonly string[]): Promise<(TimedReading | Error)[]> {
    const seen = await readStockSeen(database, ids);
    const wanted = ids.filter((_, index) => {
      const known = seen[index];
      return known && !(known instanceof Error) && !isLongOver(known);
    });
    if (wanted.length === 0) return seen;
    await rebuilds(wanted);
    const readings = await readRedis(wanted);
    const rebuilt = new Map<string, TimedReading>();
    for (const [index, id] of wanted.entries()) {
      const reading = readings[index];
      if (reading && reading !== AWAY) rebuilt.set(id, timed(reading));
    }
    return seen.map((known, index) => rebuilt.get(ids[index] as string) ?? known);
  }

  return {
    read: async (id) => {
      const reading = await redisNow.load(id);
      if (reading === AWAY) return lastSeen.load(id);
      return reading ? timed(reading) : cold.load(id);
    },
    rebuild: (ids) => void rebuilds(ids),
  };
}
