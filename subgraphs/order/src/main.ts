import 'reflect-metadata';
import { migrate, openDatabase } from '@stampede/shared/database';
import { openInventory, openStockEffects } from '@stampede/shared/inventory';
import { exitOnEnvironmentError } from '@stampede/shared/env';
import { openChangeFeed } from '@stampede/shared/live';
import { openMessaging } from '@stampede/shared/messaging';
import { openGuard, openRedis, serverOf } from '@stampede/shared/redis';
import { openServiceClient, readinessOf, runService, serveSubgraph } from '@stampede/shared/subgraph';
import { openLog, openMetrics, openTracing } from '@stampede/shared/telemetry';
import { keepDeadLetter } from './dead-letters/keep-dead-letter.js';
import { readOrderEnv } from './env.js';
import { openFollowedOrders } from './follow-order/followed-orders.js';
import { handlers } from './handlers.js';
import { jobs } from './jobs.js';
import { openListingRefresh } from './listing/refresh-listing.js';
import { orderChanges } from './order-changes.js';
import { openServerChanges } from './rebuild/on-server-change.js';
import { openRebuilds } from './rebuild/rebuilds.js';
import { openCheckoutCounts } from './sale-figures/checkout-counts.js';
import { openCheckoutMetrics } from './sale-figures/checkout-metrics.js';
import { countOrderSteps } from './sale-figures/count-order-steps.js';
import { tellCounts } from './sale-figures/tell-counts.js';
import { buildOrder } from './schema.js';
import { openSavedAddresses } from './shipping-address/find-saved-address.js';
import { tables } from './tables.js';

const env = exitOnEnvironmentError(readOrderEnv);
const { PERSONAL_DATA_KEYS: sealer } = env;
const log = openLog('order', env.LOG_LEVEL);
const metrics = openMetrics('order');

await runService({ log, drainMs: env.DRAIN_MS }, async (own) => {
  own(await openTracing('order', log));
  const store = { url: env.DATABASE_URL, schema: tables.schema, log };
  await migrate({ ...store, ...tables });
  const database = own(openDatabase({ ...store, metrics }));
  const redis = openRedis(env.REDIS_URL, log);
  own({ close: async () => void (await redis.quit()) });
  const inventory = openInventory(redis, env.NAMESPACE);
  const guard = openGuard(redis, env.NAMESPACE, log);
  const identity = { service: 'order', identitySecret: env.IDENTITY_SECRET, log, metrics };
  // A rebuild of a product with a hundred thousand sales takes catalog seconds to tell.
  const ask = { ...identity, urls: env.CATALOG_URLS, audience: 'catalog', deadlineMs: 15_000 };
  const catalog = own(openServiceClient(ask));
  // Asked while a purchase holds its units.
  const user = own(
    openServiceClient({
      ...identity,
      withinRequest: true,
      urls: env.USER_URLS,
      audience: 'user',
      deadlineMs: 2_000,
    }),
  );
  const rebuilds = openRebuilds({ database, inventory, catalog, guard, log, metrics });
  const live = { redisUrl: env.REDIS_URL, namespace: env.NAMESPACE, log };
  const feed = own(openChangeFeed({ ...live, topic: 'orders' }));
  own(orderChanges.listen(feed.announce));
  const followed = own(openFollowedOrders({ database, feed, log }));

  own(openServerChanges(serverOf(redis), { database, inventory, rebuilds, log }));
  own(openStockEffects({ database, inventory, log, metrics, askForRebuild: rebuilds.later }));
  own(countOrderSteps(metrics));
  const { deliverySchedule: schedule } = env;
  for (const job of jobs({ database, inventory, catalog, rebuilds, guard, sealer, schedule, log, metrics }))
    own(job);
  own(
    await openMessaging({
      url: env.AMQP_URL,
      namespace: env.NAMESPACE,
      service: 'order',
      database,
      handlers: handlers(rebuilds),
      keepDeadLetter,
      log,
      metrics,
    }),
  );
  const refreshListing = openListingRefresh({ database, catalog });
  const counts = openCheckoutCounts();
  // Closed after the last checkout was answered, and before the relay that carries the rest.
  own(tellCounts({ database, counts, log }));
  const findSavedAddress = openSavedAddresses(user);
  const parts = {
    database,
    followed,
    inventory,
    catalog,
    rebuilds,
    guard,
    refreshListing,
    counts,
    outcomes: openCheckoutMetrics(metrics),
    findSavedAddress,
    sealer,
  };
  const subgraph = await buildOrder(parts);
  const readiness = readinessOf({ database, redis, metrics });
  own(
    await serveSubgraph({
      name: 'order',
      ...identity,
      subgraph,
      host: env.HOST,
      port: env.PORT,
      readiness,
      log,
      metrics,
    }),
  );
});
