import { randomBytes, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import {
  openInventory,
  openStockEffects,
  wakeStockEffects,
  type Inventory,
} from '@stampede/shared/inventory';
import { openGuard, openRedis } from '@stampede/shared/redis';
import { openSealer } from '@stampede/shared/sealing';
import { openLog, openMetrics } from '@stampede/shared/telemetry';
import { eventually, openTestDatabase } from '@stampede/shared/testing';
import { basketOf } from '../src/checkout/basket.js';
import { checkout, type CheckoutParts } from '../src/checkout/checkout.js';
import { orderIdOf } from '../src/checkout/order-id.js';
import { openListingRefresh } from '../src/listing/refresh-listing.js';
import { openRebuildDatabase } from '../src/rebuild/open-rebuild-database.js';
import { openRebuilds } from '../src/rebuild/rebuilds.js';
import { openFakeCatalog } from './fake-catalog.js';
import { openFakeAddresses } from './fake-addresses.js';

const MIGRATIONS = fileURLToPath(new URL('../migrations', import.meta.url));

/** Order's own parts on real PostgreSQL and Redis, in this process: for what has to happen between two steps. */
export async function openOrderParts(url = redisUrl()) {
  const house = await openTestDatabase('order', MIGRATIONS);
  const { database } = house;
  const namespace = `test-${randomBytes(6).toString('hex')}`;
  const log = openLog('order', process.env.TEST_LOG_LEVEL ?? 'silent');
  const rebuildDatabase = openRebuildDatabase({ url: house.url, schema: 'order', log });
  const redis = openRedis(url, log);
  const inventory = openInventory(redis, namespace);
  const guard = openGuard(redis, namespace, log);
  const catalog = openFakeCatalog();
  const addresses = openFakeAddresses();
  const sealer = openSealer(`local-only-1:${randomBytes(32).toString('base64')}`);

  /** What one replica of order has of its own. */
  function openReplica(over: Inventory = inventory) {
    const metrics = openMetrics('order');
    const rebuilds = openRebuilds({
      database: rebuildDatabase,
      inventory: over,
      catalog: catalog.client,
      guard,
      log,
      metrics,
    });
    const refreshListing = openListingRefresh({ database, catalog: catalog.client });
    const parts: CheckoutParts = {
      database,
      inventory: over,
      rebuilds,
      guard,
      refreshListing,
      findSavedAddress: addresses.find,
      sealer,
    };
    return {
      ...parts,
      rebuiltTimes: async () => {
        const metric = await metrics.registry.getSingleMetric('stampede_rebuild_seconds')?.get();
        return metric?.values.find(
          (value) => 'metricName' in value && String(value.metricName).endsWith('_count'),
        )?.value;
      },
      buys: (buyerId: string, key: string, ...lines: [productId: string, quantity: number][]) =>
        checkout(
          parts,
          buyerId,
          key,
          basketOf(
            lines.map(([productId, quantity]) => ({ productId, quantity })),
            { idempotencyKey: key, shipTo: null },
          ),
        ),
    };
  }

  const keysOf = (productId: string) =>
    ['stock', 'orders', 'buyers'].map((part) => `${namespace}:{p:${productId}}:${part}`);

  return {
    database,
    redis,
    inventory,
    namespace,
    log,
    guard,
    catalog,
    addresses,
    sealer,
    openReplica,
    /** Redis forgets a product whole. */
    forget: (productId: string) => redis.del(...keysOf(productId)),
    keysOf,
    counts: async (productId: string) => {
      const [reading] = await inventory.read([productId]);
      if (!reading) return undefined;
      const { epoch, total, available, held, sold } = reading;
      return { epoch, total, available, held, sold };
    },
    /** How Redis knows an order: `held`, `sold`, `ended`, or not at all. */
    stateOf: async (productId: string, orderId: string) =>
      (await redis.hget(keysOf(productId)[1]!, orderId))?.split('|')[0],
    holdsOf: (productId: string) =>
      database.query<{ epoch: number; serial: number; order_id: string; state: string }>(
        'SELECT epoch, serial, order_id, state FROM hold WHERE product_id = $1 ORDER BY epoch, serial',
        [productId],
      ),
    /** Has the relay carry every effect that waits to Redis. @returns products for which it asked a rebuild */
    appliesEffects: async (
      askForRebuild: (productId: string) => void = () => undefined,
    ): Promise<string[]> => {
      const asked: string[] = [];
      const relay = openStockEffects({
        database,
        inventory,
        log,
        askForRebuild: (productId) => {
          asked.push(productId);
          askForRebuild(productId);
        },
      });
      wakeStockEffects();
      await eventually(async () => {
        const waiting = await relay.pending();
        if (waiting > 0) throw new Error(`${waiting} effects wait`);
      });
      await relay.close();
      return asked;
    },
    async [Symbol.asyncDispose]() {
      const keys = await redis.keys(`${namespace}:*`);
      if (keys.length > 0) await redis.unlink(...keys);
      await redis.quit();
      await rebuildDatabase.close();
      await house[Symbol.asyncDispose]();
    },
  };
}

export type TestOrder = Awaited<ReturnType<typeof openOrderParts>>;

/** Somebody new, and the key and order id of their next purchase. */
export function newBuyer(key = `key-${randomUUID()}`) {
  const buyerId = randomUUID();
  return { buyerId, key, orderId: orderIdOf(buyerId, key) };
}

function redisUrl(): string {
  const url = process.env.REDIS_URL;
  if (!url) throw new Error('REDIS_URL is not set: run `npm test` in the project’s folder');
  return url;
}
