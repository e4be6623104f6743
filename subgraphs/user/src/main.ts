import { armCrashPoints } from '@stampede/shared/crash-points';
import { migrate, openDatabase } from '@stampede/shared/database';
import { exitOnEnvironmentError } from '@stampede/shared/env';
import { openMessaging } from '@stampede/shared/messaging';
import { closeRedis, openGuard, openRedis } from '@stampede/shared/redis';
import { readinessOf, runService, serveSubgraph } from '@stampede/shared/subgraph';
import { openLog, openMetrics, openTracing } from '@stampede/shared/telemetry';
import { openAskedServices } from './asked-services.js';
import { createDemoAccounts } from './demo/demo-accounts.js';
import { readUserEnv } from './env.js';
import { handlers } from './handlers.js';
import { jobs } from './jobs.js';
import { openLimits } from './limits/limits.js';
import { openPasswords } from './passwords/passwords.js';
import { buildUserSubgraph } from './schema.js';
import { openEnded } from './session/ended/open-ended.js';
import { openProviders } from './social/providers/open-providers.js';
import { tables } from './tables.js';
import { jwksRoutes } from './tokens/jwks.js';

const env = exitOnEnvironmentError(readUserEnv);
const { ACCESS_TOKEN_KEYS: keys, PERSONAL_DATA_KEYS: sealer, NAMESPACE: namespace } = env;
const log = openLog('user', env.LOG_LEVEL);
const metrics = openMetrics('user');
const us = { service: 'user', identitySecret: env.IDENTITY_SECRET, log, metrics };

armCrashPoints('user', env);
await runService({ log, drainMs: env.DRAIN_MS }, async (own) => {
  own(await openTracing('user', log));
  const store = { url: env.DATABASE_URL, schema: tables.schema, log };
  await migrate({ ...store, ...tables });
  const database = own(openDatabase({ ...store, metrics }));
  const redis = openRedis(env.REDIS_URL, log);
  own({ close: () => closeRedis(redis) });
  const guard = openGuard(redis, namespace, log);
  const passwords = await openPasswords(metrics);
  const asked = openAskedServices(env, us, own);
  if (env.STAMPEDE_DEMO) await createDemoAccounts(database, sealer, passwords);

  const told = handlers(sealer, log);
  const broker = { url: env.AMQP_URL, namespace };
  // People sign in whether or not there is a broker.
  own(await openMessaging({ ...us, ...broker, database, handlers: told, later: true }));
  for (const job of jobs({ database, sealer, guard, ...asked, env, log, metrics })) own(job);
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
    ...asked,
    log,
    metrics,
  });
  const ended = openEnded(store, env.IDENTITY_SECRET, own);
  const routes = { ...jwksRoutes(keys), ...ended.routes };
  const readiness = readinessOf({ database, redis, metrics });
  own(await serveSubgraph({ ...us, subgraph, host: env.HOST, port: env.PORT, routes, readiness }));
  own(ended);
});
