import { Unavailable, isUnavailable } from '@stampede/shared/errors';
import type { Inventory, StockReading } from '@stampede/shared/inventory';
import type { Log } from '@stampede/shared/telemetry';
import DataLoader from 'dataloader';

/** Stock as Redis told it, and when. */
export type TimedReading = StockReading & { asOf: number };

/** Reads stock: what is asked for in one tick, by whatever request, in one round trip. */
export interface StockReader {
  /**
   * The reading of now; while Redis is away the last one that this process saw, with its time.
   * @throws Unavailable when Redis is away and nothing is remembered.
   */
  read(productId: string): Promise<TimedReading>;
}

export interface StockReaderOptions {
  inventory: Pick<Inventory, 'read' | 'now'>;
  /** Has order rebuild a product of which Redis knows nothing; resolves when that is done. */
  askForRebuild: (productId: string) => Promise<void>;
  log: Log;
}

const REMEMBERED = 10_000;

export function openStockReader({ inventory, askForRebuild, log }: StockReaderOptions): StockReader {
  const remembered = new Map<string, TimedReading>();
  const loader = new DataLoader<string, TimedReading | undefined>(readNow, {
    cache: false,
    maxBatchSize: 500,
  });

  async function readNow(ids: readonly string[]): Promise<(TimedReading | undefined)[]> {
    const [asOf, readings] = await Promise.all([inventory.now(), inventory.read(ids)]);
    return readings.map((reading, index) => reading && remember(ids[index] as string, { ...reading, asOf }));
  }

  function remember(id: string, reading: TimedReading): TimedReading {
    // Re-inserted, so that the oldest entry is the one least recently read.
    remembered.delete(id);
    remembered.set(id, reading);
    const oldest = remembered.keys().next();
    if (remembered.size > REMEMBERED && !oldest.done) remembered.delete(oldest.value);
    return reading;
  }

  async function readWarm(id: string): Promise<TimedReading> {
    const reading = await loader.load(id);
    if (reading) return reading;
    await askForRebuild(id);
    const rebuilt = await loader.load(id);
    if (!rebuilt) throw new Unavailable(`the stock of ${id}`);
    return rebuilt;
  }

  return {
    read: async (id) => {
      try {
        return await readWarm(id);
      } catch (error) {
        const last = remembered.get(id);
        if (!last || !isUnavailable(error)) throw error;
        log.debug({ productId: id }, 'answering stock from memory');
        return last;
      }
    },
  };
}
