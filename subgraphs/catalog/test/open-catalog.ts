import type { Database } from '@stampede/shared/database';
import { ANONYMOUS, IDENTITY_HEADER, signIdentity, type Identity } from '@stampede/shared/identity';
import {
  openInventory,
  openStockEffects,
  type Inventory,
  type LoadedOrder,
} from '@stampede/shared/inventory';
import { openChangeFeed } from '@stampede/shared/live';
import { openRedis } from '@stampede/shared/redis';
import { serveSubgraph, type ServiceClient } from '@stampede/shared/subgraph';
import { openLog, openMetrics } from '@stampede/shared/telemetry';
import { openTestDatabase, type GraphqlAnswer } from '@stampede/shared/testing';
import { randomBytes, randomUUID } from 'node:crypto';
import { parse, subscribe } from 'graphql';
import { fileURLToPath } from 'node:url';
import { openProductReader } from '../src/browse/product-reader.js';
import { openPriceComparison } from '../src/price-comparison/compare-prices.js';
import { openPriceSources, type PriceSourcesOptions } from '../src/price-comparison/open-price-sources.js';
import { createProduct } from '../src/create-product/create-product.js';
import type { ProductInput } from '../src/create-product/product-input.js';
import type { Product } from '../src/product.entity.js';
import { askOrderForRebuild } from '../src/rebuild/ask-order.js';
import { tellStockTruth } from '../src/rebuild/tell-stock-truth.js';
import { openSaleFunnels } from '../src/sale-stats/sale-funnels.js';
import { buildCatalog } from '../src/schema.js';
import { openStockReader } from '../src/stock/stock-reader.js';
import { openStockWatcher } from '../src/watch-stock/stock-watcher.js';

export const MIGRATIONS = fileURLToPath(new URL('../migrations', import.meta.url));
const IDENTITY_SECRET = 'local-only-test-identity-secret-0123456789';

export const SELLER: Identity = {
  kind: 'user',
  userId: randomUUID(),
  role: 'SELLER',
  sessionId: randomUUID(),
};

export const productInput = (change: Partial<ProductInput> = {}): ProductInput => ({
  name: 'Test sneaker',
  description: '',
  brands: ['Test Brand'],
  images: [],
  price: 100_000,
  stock: 10,
  opensAt: new Date('2026-01-01T00:00:00Z'),
  closesAt: null,
  limitPerBuyer: 1,
  holdMinutes: 30,
  usedOn: null,
  timeZone: null,
  refundTiers: null,
  categoryId: null,
  idempotencyKey: null,
  ...change,
});

/** How prices are compared: with other sellers only, unless there is a shopping search. */
type Comparing = Partial<Pick<PriceSourcesOptions, 'shopping' | 'breaker' | 'patience' | 'now'>> & {
  budgetMs?: number;
};

export const PUBLIC_URL = 'https://shop.stampede.test';

/** The subgraph over a database and Redis keys of its own, served over HTTP. */
export async function openCatalog(redisUrl = process.env.REDIS_URL as string, comparing: Comparing = {}) {
  const test = await openTestDatabase('catalog', MIGRATIONS);
  const log = openLog('catalog', 'silent');
  const redis = openRedis(redisUrl, log);
  const namespace = `test-${randomBytes(5).toString('hex')}`;
  const asked = { statements: 0, stock: 0, clock: 0, rebuilds: 0 };
  const database = counting(test.database, asked);
  const inventory = countingReads(openInventory(redis, namespace), asked);

  /** Orders that hold units, by product: what order knows. */
  const standing = new Map<string, LoadedOrder[]>();

  /** What order does when it is asked for a rebuild, while nothing is sold. */
  async function load(productId: string): Promise<void> {
    asked.rebuilds += 1;
    const orders = standing.get(productId) ?? [];
    const epoch = (await inventory.standingEpoch(productId)) + 1;
    const truth = await tellStockTruth(test.database, productId, epoch, orders);
    if (!truth) throw new Error(`product ${productId} is gone`);
    await inventory.load({ productId, epoch, settings: truth, orders });
  }

  const order = {
    rebuild: load,
    funnel: (_productId: string): object => ({
      held: 0,
      paying: 0,
      paid: 0,
      confirmed: 0,
      expired: 0,
      cancelled: 0,
    }),
  };
  const client = { ask: (_: string, { productId }: { productId: string }) => order.rebuild(productId) };
  const rebuilds = askOrderForRebuild(client as unknown as ServiceClient, log);
  const products = openProductReader(database);
  const stock = openStockReader({ database, inventory, askForRebuild: rebuilds.now, log });
  const feed = openChangeFeed({ redisUrl, namespace, topic: 'stock', log });
  const watcher = openStockWatcher({ inventory, products, stock, feed, log });
  const askForRebuild = rebuilds.atOnce;
  const funnels = openSaleFunnels({
    ask: <T>(_query: string, { productId }: Record<string, unknown>) =>
      Promise.resolve({ saleFunnel: order.funnel(String(productId)) } as T),
  });
  const effects = openStockEffects({
    database: test.database,
    inventory,
    askForRebuild: rebuilds.later,
    log,
  });
  const metrics = openMetrics('catalog');
  const compared = { publicUrl: PUBLIC_URL, log, ...comparing };
  const places = { database: test.database, redis, namespace, shopping: comparing.shopping, metrics };
  const sources = openPriceSources({ ...compared, ...places });
  const comparePrices = openPriceComparison({ ...compared, sources });
  const parts = { database, products, inventory, stock, watcher, funnels, comparePrices, askForRebuild, log };
  const subgraph = await buildCatalog(parts);
  const server = await serveSubgraph({
    service: 'catalog',
    subgraph,
    identitySecret: IDENTITY_SECRET,
    host: '127.0.0.1',
    port: 0,
    readiness: () => Promise.resolve([]),
    log,
    metrics,
  });

  return {
    database: test.database,
    redis,
    namespace,
    inventory,
    watcher,
    metrics,
    /** How often PostgreSQL and Redis were asked by resolvers, and a rebuild was asked for. */
    asked,
    load,
    /** What answers when order is asked; may be replaced. */
    order,
    /** Orders that hold units, by product. */
    standing,
    effects,
    create: (change: Partial<ProductInput> = {}): Promise<Product> =>
      createProduct(test.database, (SELLER as { userId: string }).userId, productInput(change)),
    /** Asks as the gateway would, on behalf of `identity`; nobody by default. */
    ask: async (query: string, variables: object = {}, identity: Identity = ANONYMOUS) => {
      const body = JSON.stringify({ query, variables });
      const request = { audience: 'catalog', identity, requestId: 'test' };
      const response = await fetch(`http://127.0.0.1:${server.port}/graphql`, {
        method: 'POST',
        headers: { [IDENTITY_HEADER]: signIdentity(IDENTITY_SECRET, request, body) },
        body,
      });
      return (await response.json()) as Pick<GraphqlAnswer, 'data' | 'errors'>;
    },
    /** Subscribes in this process: a stream, or the answer that there is none. */
    subscribe: (query: string, variableValues: Record<string, unknown>) =>
      subscribe({
        schema: subgraph.schema,
        document: parse(query),
        variableValues,
        contextValue: { identity: ANONYMOUS, requestId: 'test' },
      }),
    async [Symbol.asyncDispose]() {
      await server.close();
      for (const source of sources) await source.close();
      await watcher.close();
      await feed.close();
      await effects.close();
      const keys = await redis.keys(`${namespace}:*`);
      if (keys.length > 0) await redis.unlink(...keys);
      await redis.quit();
      await test[Symbol.asyncDispose]();
    },
  };
}

export type CatalogUnderTest = Awaited<ReturnType<typeof openCatalog>>;

function counting(database: Database, asked: { statements: number }): Database {
  return {
    ...database,
    query: (...statement) => {
      asked.statements += 1;
      return database.query(...statement);
    },
  };
}

function countingReads(inventory: Inventory, asked: { stock: number; clock: number }): Inventory {
  return {
    ...inventory,
    read: (ids) => {
      asked.stock += 1;
      return inventory.read(ids);
    },
    now: () => {
      asked.clock += 1;
      return inventory.now();
    },
  };
}
