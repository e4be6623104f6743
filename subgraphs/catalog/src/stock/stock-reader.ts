import type { Database } from '@stampede/shared/database';
import type { Inventory } from '@stampede/shared/inventory';
import type { Log } from '@stampede/shared/telemetry';
import DataLoader from 'dataloader';
import { AWAY, openRedisStock } from './redis-stock.js';
import { readStockSeen } from './stock-seen.js';
import { timed, type TimedReading } from './timed-reading.js';
import { openWaitForRebuild } from './wait-for-rebuild.js';

/** Reads stock: what is asked for in one tick, by whatever request, in one round trip. */
export interface StockReader {
  /**
   * The reading of now. While Redis is away, or a product is COLD and not rebuilt in time, what PostgreSQL knows:
   * the last look that any replica had at it, with its time.
   * @throws Unavailable when PostgreSQL is away, too.
   */
  read(productId: string): Promise<TimedReading>;
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
  const redisNow = new DataLoader(openRedisStock(inventory, log), BATCHES);
  const lastSeen = new DataLoader((ids: readonly string[]) => readStockSeen(database, ids), BATCHES);
  const isRebuilt = openWaitForRebuild(askForRebuild, log);

  return {
    read: async (id) => {
      let reading = await redisNow.load(id);
      if (reading === undefined && (await isRebuilt(id))) reading = await redisNow.load(id);
      if (reading === undefined || reading === AWAY) return lastSeen.load(id);
      return timed(reading);
    },
  };
}
