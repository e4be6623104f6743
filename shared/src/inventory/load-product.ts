import {
  keysOf,
  settingsFields,
  waitingSettingsOf,
  type LoadedOrder,
  type LoadedProduct,
} from './product.js';
import type { Script } from './scripts.js';

/** Fields to a command: a script cannot take many more, and Redis does nothing else meanwhile. */
const CHUNK = 2_000;
/** What a crashed rebuild left behind goes away by itself. */
const STAGING_TTL_S = 120;

export type LoadAnswer = 'PUBLISHED' | 'STALE' | 'INCOMPLETE';

export interface LoadScripts {
  stage: Script;
  publish: Script;
}

/**
 * Loads a product beside the live one, in chunks, and puts it in its place at once. Of the orders it keeps only
 * sums and one chunk in memory, so they may come page by page.
 *
 * Every call needs an epoch of its own: the staging keys carry it, and publish.lua refuses one that is not newer
 * than what stands. After an error nobody knows how far it came, so the caller starts over with a new epoch.
 */
export async function loadProduct(
  { stage, publish }: LoadScripts,
  namespace: string,
  { productId, epoch, settings, orders }: LoadedProduct,
): Promise<LoadAnswer> {
  const keys = keysOf(namespace, productId);
  const staging = [`${keys[1]}:${epoch}`, `${keys[2]}:${epoch}`] as const;
  const units = { held: 0, sold: 0, ended: 0 };
  const unitsByBuyer = new Map<string, number>();
  let count = 0;
  let fields: string[] = [];
  const flush = async (key: string) => {
    if (fields.length > 0) await stage([key], [STAGING_TTL_S, ...fields]);
    fields = [];
  };

  for await (const order of orders) {
    count += 1;
    units[order.state] += order.quantity;
    if (order.state !== 'ended') {
      unitsByBuyer.set(order.buyerId, (unitsByBuyer.get(order.buyerId) ?? 0) + order.quantity);
    }
    fields.push(order.orderId, entryOf(order));
    if (fields.length === 2 * CHUNK) await flush(staging[0]);
  }
  await flush(staging[0]);
  for (const [buyerId, owned] of unitsByBuyer) {
    fields.push(buyerId, String(owned));
    if (fields.length === 2 * CHUNK) await flush(staging[1]);
  }
  await flush(staging[1]);

  const { held, sold } = units;
  const available = settings.total - held - sold;
  const stock = { ...settingsFields(settings), available, held, sold, serial: 0 };
  const [code] = await publish(
    [...keys, ...staging, waitingSettingsOf(namespace, productId)],
    [epoch, count, unitsByBuyer.size, ...Object.entries(stock).flat()],
  );
  return code as LoadAnswer;
}

/** As the prelude of the scripts reads it. */
const entryOf = (order: LoadedOrder) =>
  [
    order.state,
    order.quantity,
    order.buyerId,
    order.digest,
    order.epoch,
    order.serial,
    order.payBy,
    order.heldAt,
  ].join('|');
