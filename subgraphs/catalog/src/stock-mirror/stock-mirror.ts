import { workOff, type Repetition } from '@stampede/shared/background';
import type { Database } from '@stampede/shared/database';
import type { Inventory } from '@stampede/shared/inventory';
import type { ChangeFeed } from '@stampede/shared/live';
import type { Log, Metrics } from '@stampede/shared/telemetry';
import { openDueProducts } from './due-products.js';
import { noteSoldOut, noteStock, type Look } from './note-stock.js';

export interface StockMirrorOptions {
  database: Database;
  inventory: Pick<Inventory, 'read'>;
  feed: Pick<ChangeFeed, 'watchAll'>;
  log: Log;
  metrics: Metrics;
}

const PAUSE_MS = 1_000;

/**
 * Keeps in PostgreSQL what Redis says of stock, about a second old: for readers while Redis is away, for lists that
 * ask what is sold out, for the course of a sale. Each second it looks at what has changed, and at the next products
 * of a slow sweep, since announcements may be lost. Every replica has one; side by side they do no harm.
 */
export function openStockMirror({ database, inventory, feed, log, metrics }: StockMirrorOptions): Repetition {
  const lookedAt = metrics.gauge(
    'stock_mirror_timestamp_seconds',
    'When stock in Redis was last noted in PostgreSQL, in seconds since 1970; 0: not yet.',
  );
  const due = openDueProducts(database);
  const watch = feed.watchAll({ changed: due.add, everythingChanged: due.addEverything });

  async function look(ids: readonly string[]): Promise<void> {
    const readings = await inventory.read(ids);
    // What is COLD says nothing: the last look stands until a rebuild.
    const looks = readings.flatMap((reading, index): Look[] =>
      reading ? [{ ...reading, productId: ids[index] as string }] : [],
    );
    if (looks.length === 0) return;
    const differing = await noteStock(database, looks);
    if (differing.length === 0) return;
    const noted = new Set(await noteSoldOut(database, differing));
    // Somebody else had their rows: the next look tries again.
    for (const id of differing) if (!noted.has(id)) due.add(id);
  }

  const loop = workOff({ name: 'the mirror of stock', pauseMs: PAUSE_MS, log }, async () => {
    const { ids, isMore } = await due.take();
    try {
      await look(ids);
    } catch (error) {
      for (const id of ids) due.add(id);
      throw error;
    }
    lookedAt.set(Date.now() / 1_000);
    return isMore ? 1 : 0;
  });

  return {
    close: () => {
      watch.close();
      return loop.close();
    },
  };
}
