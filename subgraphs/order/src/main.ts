import 'reflect-metadata';
import { workOff } from '@stampede/shared/background';
import { migrate, openDatabase } from '@stampede/shared/database';
import { openInventory, openStockEffects, stockEffectTables } from '@stampede/shared/inventory';
import { messagingTables, openMessaging } from '@stampede/shared/messaging';
import { openGuard, openRedis } from '@stampede/shared/redis';
import { openServiceClient, readinessOf, runService, serveSubgraph } from '@stampede/shared/subgraph';
import { openLog, openMetrics } from '@stampede/shared/telemetry';
import { fileURLToPath } from 'node:url';
import { readOrderEnv } from './env.js';
import { expireDue } from './expiry/expire-orders.js';
import { handlers } from './handlers.js';
import { sweepOrphans } from './orphans/sweep-orphans.js';
import { openRebuilds } from './rebuild/rebuilds.js';
import { buildOrder } from './schema.js';

const env = readOrderEnv();
const log = openLog('order', env.LOG_LEVEL);
const metrics = openMetrics('order');

await runService(log, async (own) => {
  const store = { url: env.DATABASE_URL, schema: 'order', log };
  const folder = fileURLToPath(new URL('../migrations', import.meta.url));
  await migrate({ ...store, folder, sets: [messagingTables, stockEffectTables] });
  const database = own(openDatabase(store));
  const redis = openRedis(env.REDIS_URL, log);
  own({ close: async () => void (await redis.quit()) });
  const inventory = openInventory(redis, env.NAMESPACE);
  const guard = openGuard(redis, env.NAMESPACE, log);
  const identity = { service: 'order', identitySecret: env.IDENTITY_SECRET };
  const catalog = own(openServiceClient({ ...identity, url: env.CATALOG_URL, audience: 'catalog' }));
  const rebuilds = openRebuilds({ database, inventory, catalog, guard, log, metrics });

  own(openStockEffects({ database, inventory, log, askForRebuild: rebuilds.later }));
  // Short enough that units are available again well within a second of `payBy`.
  own(workOff({ name: 'expiry', pauseMs: 250, log }, () => expireDue(database)));
  const orphans = { database, inventory, rebuilds, log };
  own(workOff({ name: 'orphans', pauseMs: 5_000, log }, () => sweepOrphans(orphans)));
  own(
    await openMessaging({
      url: env.AMQP_URL,
      namespace: env.NAMESPACE,
      service: 'order',
      database,
      handlers: handlers(rebuilds),
      log,
      metrics,
    }),
  );
  const subgraph = await buildOrder({ database, inventory, rebuilds, guard });
  const readiness = readinessOf({ database, redis });
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
