import { Redis } from 'ioredis';
import { z } from 'zod';
import { openDatabase, type Database, type ServiceName } from '../database/index.js';
import { exitOnEnvironmentError, readEnv } from '../env/index.js';
import { openLog } from '../telemetry/index.js';
import { inspect } from './invariants.js';

// `npm run invariants`: what must always be true of the running platform. Exits 1 when something is not.
const env = exitOnEnvironmentError(() =>
  readEnv({ ADMIN_DATABASE_URL: z.url(), REDIS_URL: z.url(), NAMESPACE: z.string() }),
);
const redis = new Redis(env.REDIS_URL);
const databases = new Map<ServiceName, Database>();
const sql = (schema: ServiceName): Database => {
  const known = databases.get(schema);
  if (known) return known;
  const log = openLog('invariants', 'silent');
  const opened = openDatabase({ url: env.ADMIN_DATABASE_URL, schema, log, maxConnections: 1 });
  databases.set(schema, opened);
  return opened;
};
try {
  const inspection = await inspect({ sql, redis, namespace: env.NAMESPACE });
  process.stdout.write(`${inspection.describe('all')}\n`);
  process.exitCode = inspection.holds ? 0 : 1;
} finally {
  await redis.quit();
  for (const database of databases.values()) await database.close();
}
