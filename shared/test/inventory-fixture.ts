import { randomBytes, randomUUID } from 'node:crypto';
import {
  openInventory,
  type LoadedProduct,
  type ReserveRequest,
  type SaleSettings,
} from '@stampede/shared/inventory';
import { openRedis } from '@stampede/shared/redis';
import { openLog } from '@stampede/shared/telemetry';
import { keysOf } from '../src/inventory/product.js';

export const redisUrl = () => {
  const url = process.env.REDIS_URL;
  if (!url) throw new Error('REDIS_URL is not set: run `npm test` in the project’s folder');
  return url;
};

/** What a product is loaded with, unless a test says otherwise: ten units, on sale, two to a buyer. */
type Product = Partial<Omit<LoadedProduct, 'settings'>> & {
  total?: number;
  settings?: Partial<SaleSettings>;
};

/** An entry of the orders hash as the scripts wrote it. */
export interface Entry {
  state: string;
  quantity: number;
  buyerId: string;
  epoch: number;
  serial: number;
}

/** Real scripts on a real Redis, under a key prefix of their own. */
export function openStock(url = redisUrl()) {
  const namespace = `test-${randomBytes(6).toString('hex')}`;
  const log = openLog('test', process.env.TEST_LOG_LEVEL ?? 'silent');
  const redis = openRedis(url, log);
  const inventory = openInventory(redis, namespace);

  async function load(product: Product = {}): Promise<string> {
    const { settings, total = 10, ...rest } = product;
    const productId = randomUUID();
    const usual = {
      version: 1,
      opensAt: 0,
      closesAt: null,
      limitPerBuyer: 2,
      holdMinutes: 30,
      paused: false,
      termsVersion: 1,
      total,
    };
    const all = { productId, epoch: 1, orders: [], ...rest, settings: { ...usual, ...settings } };
    const answer = await inventory.load(all);
    if (answer !== 'PUBLISHED') throw new Error(`a product was ${answer}`);
    return all.productId;
  }

  const entries = async (productId: string): Promise<Map<string, Entry>> => {
    const hash = await redis.hgetall(keysOf(namespace, productId)[1]);
    const known = Object.entries(hash).filter(([orderId]) => orderId !== '#');
    return new Map(known.map(([orderId, text]) => [orderId, entryOf(text)]));
  };

  return {
    redis,
    inventory,
    namespace,
    log,
    /** Loads a product as a rebuild does. @returns its id */
    load,
    keys: (productId: string) => keysOf(namespace, productId),
    entries,
    buyers: async (productId: string): Promise<Record<string, number>> => {
      const hash = await redis.hgetall(keysOf(namespace, productId)[2]);
      return Object.fromEntries(
        Object.entries(hash)
          .filter(([buyerId]) => buyerId !== '#')
          .map(([buyerId, units]) => [buyerId, Number(units)]),
      );
    },
    counts: async (productId: string) => {
      const [reading] = await inventory.read([productId]);
      if (!reading) throw new Error('the product is not there');
      const { total, available, held, sold } = reading;
      return { total, available, held, sold };
    },
    /** Holds a unit for somebody new. @returns what names the hold */
    hold: async (productId: string, request: Partial<ReserveRequest> = {}) => {
      const asked = requestOf(productId, request);
      const answer = await inventory.reserve(asked);
      if (answer.kind !== 'held') throw new Error(`a reservation was answered ${answer.kind}`);
      const { epoch, serial } = answer;
      return { productId, effectEpoch: epoch, orderId: asked.orderId, hold: { epoch, serial } };
    },
    async [Symbol.asyncDispose]() {
      const keys = await redis.keys(`${namespace}:*`);
      if (keys.length > 0) await redis.unlink(...keys);
      await redis.quit();
    },
  };
}

export type TestStock = ReturnType<typeof openStock>;

export const requestOf = (productId: string, request: Partial<ReserveRequest> = {}): ReserveRequest => ({
  productId,
  orderId: randomUUID(),
  buyerId: randomUUID(),
  quantity: 1,
  digest: 'basket',
  minEpoch: 0,
  ...request,
});

function entryOf(text: string): Entry {
  const [state = '', quantity, buyerId = '', , epoch, serial] = text.split('|');
  return { state, quantity: Number(quantity), buyerId, epoch: Number(epoch), serial: Number(serial) };
}
