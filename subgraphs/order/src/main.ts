import 'reflect-metadata';
import { armCrashPoints } from '@stampede/shared/crash-points';
import { migrate, openDatabase } from '@stampede/shared/database';
import { exitOnEnvironmentError } from '@stampede/shared/env';
import { openInventory, openStockEffects } from '@stampede/shared/inventory';
import { openChangeFeed } from '@stampede/shared/live';
import { openMessaging } from '@stampede/shared/messaging';
import { closeRedis, openGuard, openRedis, serverOf } from '@stampede/shared/redis';
import { readinessOf, runService, serveSubgraph } from '@stampede/shared/subgraph';
import { openLog, openMetrics, openTracing } from '@stampede/shared/telemetry';
import { openAskedServices } from './asked-services.js';
import { keepDeadLetter } from './dead-letters/keep-dead-letter.js';
import { readOrderEnv } from './env.js';
import { openFollowedOrders } from './follow-order/followed-orders.js';
import { handlers } from './handlers.js';
import { jobs } from './jobs.js';
import { openListingRefresh } from './listing/refresh-listing.js';
import { orderChanges } from './order-changes.js';
import { openServerChanges } from './rebuild/on-server-change.js';
import { openRebuildDatabase } from './rebuild/open-rebuild-database.js';
import { openRebuilds } from './rebuild/rebuilds.js';
import { openCheckoutFigures } from './sale-figures/checkout-figures.js';
import { countOrderSteps } from './sale-figures/count-order-steps.js';
import { buildOrder } from './schema.js';
import { openSavedAddresses } from './shipping-address/find-saved-address.js';
import { tables } from './tables.js';

const env = exitOnEnvironmentError(readOrderEnv);
const { NAMESPACE: namespace, PERSONAL_DATA_KEYS: sealer, REDIS_URL: redisUrl } = env;
const log = openLog('order', env.LOG_LEVEL);
const metrics = openMetrics('order');
const us = { service: 'order', identitySecret: env.IDENTITY_SECRET, log, metrics };

armCrashPoints('order', env);
await runService({ log, drainMs: env.DRAIN_MS }, async (own) => {
  own(await openTracing('order', log));
  const store = { url: env.DATABASE_URL, schema: tables.schema, log };
  await migrate({ ...store, ...tables });
  const database = own(openDatabase({ ...store, metrics }));
  const redis = openRedis(redisUrl, log);
  own({ close: () => closeRedis(redis) });
  const inventory = openInventory(redis, namespace);
  const guard = openGuard(redis, namespace, log);
  const { catalog, user } = openAskedServices(env, us, own);
  const stores = { database, inventory, guard, sealer, log, metrics };
  const rebuilds = openRebuilds({ ...stores, catalog, database: own(openRebuildDatabase(store)) });
  const parts = { ...stores, catalog, rebuilds };
  const feed = own(openChangeFeed({ redisUrl, namespace, topic: 'orders', log }));
  own(orderChanges.listen(feed.announce));
  const followed = own(openFollowedOrders({ database, feed, log }));

  own(openServerChanges(serverOf(redis), parts));
  own(openStockEffects({ database, inventory, log, metrics, askForRebuild: rebuilds.later }));
  own(countOrderSteps(metrics));
  for (const job of jobs({ ...parts, schedule: env.deliverySchedule })) own(job);
  const broker = { url: env.AMQP_URL, namespace };
  own(await openMessaging({ ...us, ...broker, database, handlers: handlers(rebuilds), keepDeadLetter }));
  const subgraph = await buildOrder({
    ...parts,
    ...openCheckoutFigures(parts, own),
    followed,
    refreshListing: openListingRefresh(parts),
    findSavedAddress: openSavedAddresses(user),
  });
  const readiness = readinessOf({ database, redis, metrics });
  own(await serveSubgraph({ ...us, subgraph, host: env.HOST, port: env.PORT, readiness }));
});
