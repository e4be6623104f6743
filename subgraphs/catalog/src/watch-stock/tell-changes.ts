import type { Inventory } from '@stampede/shared/inventory';
import type { Log } from '@stampede/shared/telemetry';
import type { ProductReader } from '../browse/product-reader.js';
import { isLongOver } from '../stock/phase.js';
import type { StockReader } from '../stock/stock-reader.js';
import { timed, type TimedReading } from '../stock/timed-reading.js';
import { tellPhase, tellViewers, type WatchedProduct } from './watched-product.js';

export interface TellChangesParts {
  inventory: Pick<Inventory, 'read'>;
  products: Pick<ProductReader, 'one'>;
  stock: StockReader;
  log: Log;
}

/**
 * Tells the first viewers of a product how it stands; while Redis cannot tell that, as PostgreSQL knows it.
 * @throws Unavailable when PostgreSQL is away, too.
 */
export async function tellFirst(parts: TellChangesParts, watched: WatchedProduct): Promise<void> {
  const reading = await parts.stock.read(watched.product.id);
  // What was told meanwhile is of Redis, and this may not be.
  if (!watched.sent) tell(parts, watched, reading, performance.now());
}

/**
 * Reads the stock of products in one round trip, and tells whoever looks at them what is new.
 * @throws when Redis is away, once its viewers know what is known without it.
 */
export async function tellChanges(
  parts: TellChangesParts,
  watched: ReadonlyMap<string, WatchedProduct>,
  ids: readonly string[],
): Promise<void> {
  const readings = await parts.inventory.read(ids).catch((error: Error) => error);
  const readAt = performance.now();
  const untold: WatchedProduct[] = [];
  const cold: string[] = [];
  for (const [index, id] of ids.entries()) {
    const product = watched.get(id);
    if (!product) continue;
    const reading = readings instanceof Error ? undefined : readings[index];
    if (reading) tell(parts, product, timed(reading), readAt);
    else if (!product.sent) untold.push(product);
    else {
      tellPhase(product);
      if (!(readings instanceof Error || isLongOver(product.sent.reading))) cold.push(id);
    }
  }
  parts.stock.rebuild(cold);
  await Promise.all(untold.map((product) => tellFirst(parts, product)));
  if (readings instanceof Error) throw readings;
}

function tell(parts: TellChangesParts, watched: WatchedProduct, reading: TimedReading, readAt: number): void {
  // It is read again when its row is there.
  if (watched.rereading) return;
  // Whatever changes of a product raises the version of its settings, which travels with its stock.
  if (watched.product.settings.version >= reading.settings.version) tellViewers(watched, reading, readAt);
  else void reread(parts, watched, reading, readAt);
}

/** Gets a product's row anew before its viewers are told; nobody else's wait for PostgreSQL meanwhile. */
async function reread(
  { products, log }: TellChangesParts,
  watched: WatchedProduct,
  reading: TimedReading,
  readAt: number,
): Promise<void> {
  const { id } = watched.product;
  watched.rereading = true;
  try {
    watched.product = (await products.one(id)) ?? watched.product;
  } catch (error) {
    log.warn({ err: error, productId: id }, 'live stock shows a product as it was');
  }
  watched.rereading = false;
  tellViewers(watched, reading, readAt);
  // What has changed meanwhile. With PostgreSQL away the next change or sweep tries again.
  if (watched.product.settings.version >= reading.settings.version) watched.readAgain();
}
