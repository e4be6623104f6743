import 'reflect-metadata';
import { migrate, openDatabase } from '@stampede/shared/database';
import { openInventory, openStockEffects } from '@stampede/shared/inventory';
import { openChangeFeed } from '@stampede/shared/live';
import { openMessaging } from '@stampede/shared/messaging';
import { openGuard, openRedis } from '@stampede/shared/redis';
import { openServiceClient, readinessOf, runService, serveSubgraph } from '@stampede/shared/subgraph';
import { openLog, openMetrics, openTracing } from '@stampede/shared/telemetry';
import { openLists } from './browse/open-lists.js';
import { openProductReader } from './browse/product-reader.js';
import { seedDemoProducts } from './demo/seed-demo-products.js';
import { readCatalogEnv } from './env.js';
import { jobs } from './jobs.js';
import { askOrderForRebuild } from './rebuild/ask-order.js';
import { onDecisionsCounted } from './sale-stats/on-decisions-counted.js';
import { openSaleFunnels } from './sale-stats/sale-funnels.js';
import { openPriceComparison } from './price-comparison/compare-prices.js';
import { openPriceSources } from './price-comparison/open-price-sources.js';
import { buildCatalog } from './schema.js';
import { onOrderCancelled } from './stock-book/on-order-cancelled.js';
import { onOrderPaid } from './stock-book/on-order-paid.js';
import { openStockReader } from './stock/stock-reader.js';
import { openStockWatcher } from './watch-stock/stock-watcher.js';
import { onAccountDeleted } from './wishlist/on-account-deleted.js';
import { tables } from './tables.js';

const env = readCatalogEnv();
const log = openLog('catalog', env.LOG_LEVEL);
const metrics = openMetrics('catalog');

await runService({ log, drainMs: env.DRAIN_MS }, async (own) => {
  own(await openTracing('catalog', log));
  const store = { url: env.DATABASE_URL, schema: tables.schema, log };
  await migrate({ ...store, ...tables });
  const database = own(openDatabase({ ...store, metrics }));
  const redis = openRedis(env.REDIS_URL, log);
  own({ close: async () => void (await redis.quit()) });
  const inventory = openInventory(redis, env.NAMESPACE);
  const identity = { service: 'catalog', identitySecret: env.IDENTITY_SECRET, log, metrics };
  const order = own(openServiceClient({ ...identity, urls: env.ORDER_URLS, audience: 'order' }));
  const rebuilds = askOrderForRebuild(order, log);

  own(openStockEffects({ database, inventory, log, metrics, askForRebuild: rebuilds.later }));
  own(
    await openMessaging({
      url: env.AMQP_URL,
      namespace: env.NAMESPACE,
      service: 'catalog',
      database,
      handlers: [onOrderPaid, onOrderCancelled, onAccountDeleted, onDecisionsCounted],
      log,
      metrics,
    }),
  );
  const products = openProductReader(database, own(openLists(store)));
  const stock = openStockReader({ database, inventory, askForRebuild: rebuilds.now, log });
  const feed = own(
    openChangeFeed({ redisUrl: env.REDIS_URL, namespace: env.NAMESPACE, topic: 'stock', log }),
  );
  const watcher = own(openStockWatcher({ inventory, products, stock, feed, log }));
  const guard = openGuard(redis, env.NAMESPACE, log);
  for (const job of jobs({ database, inventory, feed, guard, log, metrics })) own(job);
  const compared = { publicUrl: env.PUBLIC_URL, log };
  const places = { database, redis, namespace: env.NAMESPACE, shopping: env.shopping, metrics };
  const sources = openPriceSources({ ...compared, ...places }).map(own);
  const comparePrices = openPriceComparison({ ...compared, sources });
  const subgraph = await buildCatalog({
    database,
    products,
    inventory,
    stock,
    watcher,
    funnels: openSaleFunnels(order),
    comparePrices,
    askForRebuild: rebuilds.atOnce,
    log,
  });
  const readiness = readinessOf({ database, redis, metrics });
  own(
    await serveSubgraph({
      name: 'catalog',
      ...identity,
      subgraph,
      host: env.HOST,
      port: env.PORT,
      readiness,
      log,
      metrics,
    }),
  );
  // After it serves: what is seeded has order ask back for the rest of it.
  if (env.STAMPEDE_DEMO) await seedDemoProducts(database, env.STAMPEDE_STARTED_AT);
});
