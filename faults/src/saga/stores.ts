import { openDatabase, serviceDatabaseUrl, type Database } from '@stampede/shared/database';
import { openInventory, type Inventory } from '@stampede/shared/inventory';
import { openRedis } from '@stampede/shared/redis';
import { openLog } from '@stampede/shared/telemetry';
import {
  adminDatabaseUrl,
  createShopDatabase,
  dropTestDatabase,
  TEST_ROLE_PASSWORD,
} from '@stampede/shared/testing';
import type { Redis } from 'ioredis';
import { searchPathOf, SHADOW_CLOCK } from './clock.js';
import { SERVICES, type Service } from './life.js';
import { steppedDatabase } from './stepped-database.js';
import { stepRedis } from './stepped-redis.js';

/** A database and a part of Redis, for one history at a time, and as many after each other as one likes. */
export interface Stores extends AsyncDisposable {
  /** As the services see them: every statement and transaction is a step. */
  databases: Record<Service, Database>;
  /** The platform's own eyes: no steps, and allowed everything. In the schema of each service. */
  admin: Record<Service, Database>;
  redis: Redis;
  inventory: Inventory;
  namespace: string;
  clockKey: string;
  /** Forgets a history whole. */
  clear(): Promise<void>;
}

/** One statement that leaves nothing of a history to the next one: it is planned once. */
const MAKE_CLEAR = `
  SELECT 'WITH ' || string_agg(format('t%s AS (DELETE FROM %I.%I)', number, schemaname, tablename), ', ') || ' SELECT' AS text
  FROM (SELECT row_number() OVER () AS number, schemaname, tablename FROM pg_tables
    WHERE schemaname IN ('order', 'catalog', 'payment') AND tablename !~ '^migration' AND tablename <> 'category') AS kept`;

/** @param redisUrl of a Redis that may be shared: every key has a prefix of its own. */
export async function openStores(redisUrl: string): Promise<Stores> {
  const name = await createShopDatabase();
  const log = openLog('saga', 'silent');
  const adminUrl = new URL(adminDatabaseUrl());
  adminUrl.pathname = `/${name}`;
  const urlOf = (schema: Service, base: string, more = '') => {
    const url = new URL(base);
    url.searchParams.set('options', searchPathOf(schema) + more);
    return url.href;
  };
  const roleUrl = (schema: Service) =>
    serviceDatabaseUrl(adminDatabaseUrl(), name, schema, TEST_ROLE_PASSWORD);
  const admin = {} as Record<Service, Database>;
  const databases = {} as Record<Service, Database>;
  for (const schema of SERVICES) {
    admin[schema] = openDatabase({ url: urlOf(schema, adminUrl.href), schema, log, maxConnections: 2 });
    databases[schema] = openDatabase({ url: urlOf(schema, roleUrl(schema)), schema, log, maxConnections: 8 });
  }
  await admin.order.query(SHADOW_CLOCK, [], { prepared: false });
  // What is booked is deleted by nobody but whoever switches the triggers off.
  const url = urlOf('order', adminUrl.href, ' -c session_replication_role=replica');
  const eraser = openDatabase({ url, schema: 'order', log, maxConnections: 1 });
  const [clear] = await admin.order.query<{ text: string }>(MAKE_CLEAR);

  const namespace = `saga-${name}`;
  const clockKey = `${namespace}:clock`;
  const redis = openRedis(redisUrl, log);
  stepRedis(redis, clockKey);
  const inventory = openInventory(redis, namespace);
  return {
    databases: {
      order: steppedDatabase(databases.order),
      catalog: steppedDatabase(databases.catalog),
      payment: steppedDatabase(databases.payment),
    },
    admin,
    redis,
    inventory,
    namespace,
    clockKey,
    clear: async () => {
      const [keys] = await Promise.all([redis.keys(`${namespace}:*`), eraser.run(clear!.text)]);
      if (keys.length > 0) await redis.unlink(...keys);
    },
    async [Symbol.asyncDispose]() {
      const keys = await redis.keys(`${namespace}:*`);
      if (keys.length > 0) await redis.unlink(...keys);
      await redis.quit();
      await eraser.close();
      for (const schema of SERVICES) await Promise.all([admin[schema].close(), databases[schema].close()]);
      await dropTestDatabase(name);
    },
  };
}
