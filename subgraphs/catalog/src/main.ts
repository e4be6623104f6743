import 'reflect-metadata';
import { armCrashPoints } from '@stampede/shared/crash-points';
import { migrate, openDatabase } from '@stampede/shared/database';
import { openInventory, openStockEffects } from '@stampede/shared/inventory';
import { openChangeFeed } from '@stampede/shared/live';
import { openMessaging } from '@stampede/shared/messaging';
import { closeRedis, openGuard, openRedis } from '@stampede/shared/redis';
import { openServiceClient, readinessOf, runService, serveSubgraph } from '@stampede/shared/subgraph';
import { openLog, openMetrics, openTracing } from '@stampede/shared/telemetry';
import { openLists } from './browse/open-lists.js';
import { openProductReader } from './browse/product-reader.js';
import { seedDemoProducts } from './demo/seed-demo-products.js';
import { readCatalogEnv } from './env.js';
import { handlers } from './handlers.js';
import { jobs } from './jobs.js';
import { openPriceComparison } from './price-comparison/compare-prices.js';
import { openPriceSources } from './price-comparison/open-price-sources.js';
import { askOrderForRebuild } from './rebuild/ask-order.js';
import { openSaleFunnels } from './sale-stats/sale-funnels.js';
import { buildCatalog } from './schema.js';
import { openStockReader } from './stock/stock-reader.js';
import { tables } from './tables.js';
import { openStockWatcher } from './watch-stock/stock-watcher.js';

const env = readCatalogEnv();
const { NAMESPACE: namespace, PUBLIC_URL: publicUrl, REDIS_URL: redisUrl } = env;
const log = openLog('catalog', env.LOG_LEVEL);
const metrics = openMetrics('catalog');
const us = { service: 'catalog', identitySecret: env.IDENTITY_SECRET, log, metrics };

armCrashPoints('catalog', env);
await runService({ log, drainMs: env.DRAIN_MS }, async (own) => {
  own(await openTracing('catalog', log));
  const store = { url: env.DATABASE_URL, schema: tables.schema, log };
  await migrate({ ...store, ...tables });
  const database = own(openDatabase({ ...store, metrics }));
  const redis = openRedis(redisUrl, log);
  own({ close: () => closeRedis(redis) });
  const inventory = openInventory(redis, namespace);
  const order = own(openServiceClient({ ...us, urls: env.ORDER_URLS, audience: 'order' }));
  const rebuilds = askOrderForRebuild(order, log);

  own(openStockEffects({ database, inventory, log, metrics, askForRebuild: rebuilds.later }));
  own(await openMessaging({ ...us, url: env.AMQP_URL, namespace, database, handlers }));
  const products = openProductReader(database, own(openLists(store)));
  const stock = openStockReader({ database, inventory, askForRebuild: rebuilds.now, log });
  const feed = own(openChangeFeed({ redisUrl, namespace, topic: 'stock', log }));
  const watcher = own(openStockWatcher({ inventory, products, stock, feed, log }));
  const guard = openGuard(redis, namespace, log);
  for (const job of jobs({ database, inventory, feed, guard, log, metrics })) own(job);
  const places = { database, redis, namespace, publicUrl, shopping: env.shopping };
  const sources = openPriceSources({ ...places, log, metrics }).map(own);
  const subgraph = await buildCatalog({
    database,
    products,
    inventory,
    stock,
    watcher,
    funnels: openSaleFunnels(order),
    comparePrices: openPriceComparison({ publicUrl, sources, log }),
    askForRebuild: rebuilds.atOnce,
    log,
  });
  const readiness = readinessOf({ database, redis, metrics });
  own(await serveSubgraph({ ...us, subgraph, host: env.HOST, port: env.PORT, readiness }));
  // After it serves: what is seeded has order ask back for the rest of it.
  if (env.STAMPEDE_DEMO) await seedDemoProducts(database, env.STAMPEDE_STARTED_AT);
});
