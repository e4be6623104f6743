import type { Redis } from 'ioredis';
import { keysOf, settingsFields, type LoadedProduct } from './product.js';
import type { Script } from './scripts.js';

const CHUNK = 2_000;
/** What a crashed rebuild left behind goes away by itself. */
const STAGING_TTL_S = 120;

export type LoadAnswer = 'PUBLISHED' | 'STALE' | 'INCOMPLETE';

/**
 * Loads a product beside the live one, in chunks, and puts it in its place at once.
 *
 * Every call needs an epoch of its own: the staging keys carry it, and publish.lua refuses one that is not newer
 * than what stands. After an error nobody knows how far it came, so the caller starts over with a new epoch.
 */
export async function loadProduct(
  redis: Redis,
  publish: Script,
  namespace: string,
  product: LoadedProduct,
): Promise<LoadAnswer> {
  const { productId, epoch, settings, orders } = product;
  const keys = keysOf(namespace, productId);
  const staging = [`${keys[1]}:${epoch}`, `${keys[2]}:${epoch}`] as const;
  const buyers = unitsByBuyer(product);
  await stage(
    redis,
    staging[0],
    orders.map((order) => [order.orderId, entryOf(order)]),
  );
  await stage(
    redis,
    staging[1],
    [...buyers].map(([buyerId, units]) => [buyerId, String(units)]),
  );

  const held = unitsOf(product, 'held');
  const sold = unitsOf(product, 'sold');
  const available = settings.total - held - sold;
  const stock = { ...settingsFields(settings), available, held, sold, serial: 0 };
  const [code] = await publish(
    [...keys, ...staging],
    [epoch, orders.length, buyers.size, ...Object.entries(stock).flat()],
  );
  return code as LoadAnswer;
}

async function stage(redis: Redis, key: string, fields: [string, string][]): Promise<void> {
  for (let start = 0; start < fields.length; start += CHUNK) {
    const chunk = fields.slice(start, start + CHUNK).flat();
    // Together, or a crash between the two would leave the key for good.
    await redis
      .multi()
      .hset(key, ...chunk)
      .expire(key, STAGING_TTL_S)
      .exec();
  }
}

/** As the prelude of the scripts reads it. */
const entryOf = (order: LoadedProduct['orders'][number]) =>
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

function unitsByBuyer({ orders }: LoadedProduct): Map<string, number> {
  const units = new Map<string, number>();
  for (const { buyerId, quantity } of orders) units.set(buyerId, (units.get(buyerId) ?? 0) + quantity);
  return units;
}

const unitsOf = ({ orders }: LoadedProduct, state: 'held' | 'sold') =>
  orders.filter((order) => order.state === state).reduce((sum, { quantity }) => sum + quantity, 0);
