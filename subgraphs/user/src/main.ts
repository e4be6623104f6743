import { migrate, openDatabase } from '@stampede/shared/database';
import { exitOnEnvironmentError } from '@stampede/shared/env';
import { openMessaging } from '@stampede/shared/messaging';
import { openGuard, openRedis } from '@stampede/shared/redis';
import { openServiceClient, readinessOf, runService, serveSubgraph } from '@stampede/shared/subgraph';
import { openLog, openMetrics, openTracing } from '@stampede/shared/telemetry';
import { createDemoAccounts } from './demo/demo-accounts.js';
import { readUserEnv } from './env.js';
import { jobs } from './jobs.js';
import { openLimits } from './limits/limits.js';
import { orderMails } from './order-mails/on-order-messages.js';
import { openOrderBreaker } from './order-mails/order-breaker.js';
import { openOrderLetters } from './order-mails/order-letters.js';
import { openPasswords } from './passwords/passwords.js';
import { onSaleOpening } from './reminders/on-sale-opening.js';
import { openOpeningSales } from './reminders/opening-sales.js';
import { buildUserSubgraph } from './schema.js';
import { openRecentlyEnded } from './session/ended/recently-ended.js';
import { tellGateways } from './session/ended/tell-gateways.js';
import { openProviders } from './social/providers/open-providers.js';
import { jwksRoutes } from './tokens/jwks.js';
import { tables } from './tables.js';

const env = exitOnEnvironmentError(readUserEnv);
const log = openLog('user', env.LOG_LEVEL);
const metrics = openMetrics('user');

await runService({ log, drainMs: env.DRAIN_MS }, async (own) => {
  own(await openTracing('user', log));
  const {
    DATABASE_URL: url,
    ACCESS_TOKEN_KEYS: keys,
    PERSONAL_DATA_KEYS: sealer,
    NAMESPACE: namespace,
  } = env;
  await migrate({ ...tables, url, log });
  const database = own(openDatabase({ url, schema: tables.schema, log, metrics }));
  const redis = openRedis(env.REDIS_URL, log);
  own({ close: async () => void (await redis.quit()) });
  const guard = openGuard(redis, namespace, log);
  const passwords = await openPasswords(metrics);
  const us = { service: 'user', identitySecret: env.IDENTITY_SECRET, log, metrics };
  const order = own(
    openServiceClient({ ...us, withinRequest: true, urls: env.ORDER_URLS, audience: 'order' }),
  );
  const payment = own(
    openServiceClient({ ...us, withinRequest: true, urls: env.PAYMENT_URLS, audience: 'payment' }),
  );
  const catalog = own(openServiceClient({ ...us, urls: env.CATALOG_URLS, audience: 'catalog' }));
  if (env.STAMPEDE_DEMO) await createDemoAccounts(database, sealer, passwords);

  own(
    await openMessaging({
      url: env.AMQP_URL,
      namespace,
      service: 'user',
      database,
      handlers: [onSaleOpening(sealer, log), ...orderMails(sealer)],
      log,
      metrics,
      // People sign in whether or not there is a broker.
      later: true,
    }),
  );
  const breaker = own(openOrderBreaker(log, metrics));
  const readOrderLetter = openOrderLetters(order, breaker);
  const reads = { readOpeningSale: openOpeningSales(catalog), readOrderLetter };
  for (const job of jobs({ database, sealer, guard, ...reads, env, log, metrics })) own(job);
  const subgraph = await buildUserSubgraph({
    database,
    sealer,
    keys,
    passwords,
    redis,
    namespace,
    guard,
    limits: openLimits({ redis, namespace, sealer, log }),
    publicUrl: env.PUBLIC_URL,
    providers: openProviders(env),
    socialRedirectUris: env.SOCIAL_REDIRECT_URIS,
    order,
    payment,
    catalog,
    log,
    metrics,
  });
  const readings = own(openDatabase({ url, schema: 'user', log, maxConnections: 1 }));
  const ended = own(openRecentlyEnded({ database: readings, log }));
  const telling = tellGateways({ ended, identitySecret: env.IDENTITY_SECRET, log });
  own(
    await serveSubgraph({
      name: 'user',
      subgraph,
      identitySecret: env.IDENTITY_SECRET,
      host: env.HOST,
      port: env.PORT,
      routes: { ...jwksRoutes(keys), ...telling.routes },
      readiness: readinessOf({ database, redis, metrics }),
      log,
      metrics,
    }),
  );
  own(telling);
});
