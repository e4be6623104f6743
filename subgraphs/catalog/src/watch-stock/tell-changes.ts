import type { Inventory } from '@stampede/shared/inventory';
import type { Log } from '@stampede/shared/telemetry';
import type { ProductReader } from '../browse/product-reader.js';
import { timed, type TimedReading } from '../stock/timed-reading.js';
import { tellViewers, type WatchedProduct } from './watched-product.js';

export interface TellChangesParts {
  inventory: Pick<Inventory, 'read'>;
  products: Pick<ProductReader, 'one'>;
  /** Has order rebuild a product of which Redis knows nothing, in the background. */
  askForRebuild: (productId: string) => void;
  log: Log;
}

/** Reads the stock of products in one round trip, and tells whoever looks at them what is new. */
export async function tellChanges(
  parts: TellChangesParts,
  watched: ReadonlyMap<string, WatchedProduct>,
  ids: readonly string[],
): Promise<void> {
  const { inventory, askForRebuild } = parts;
  const readings = await inventory.read(ids);
  const readAt = performance.now();
  for (const [index, id] of ids.entries()) {
    const reading = readings[index];
    const product = watched.get(id);
    if (!reading) askForRebuild(id);
    else if (product) tell(parts, product, timed(reading), readAt);
  }
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
