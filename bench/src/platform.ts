import { openDatabase, type Database, type ServiceName } from '@stampede/shared/database';
import { openLog } from '@stampede/shared/telemetry';
import {
  Buyer,
  createAccounts,
  openGraphqlClient,
  type GraphqlClient,
  type InvariantParts,
} from '@stampede/shared/testing';
import { Redis } from 'ioredis';
import type { readBenchEnv } from './env.js';
import type { Progress } from './report/progress.js';

/** The platform as every scenario sees it. */
export interface Platform extends InvariantParts {
  gatewayUrl: string;
  amqpUrl: string;
  /** Whether Redis belongs to this platform alone, and may be emptied. */
  redisIsPrivate: boolean;
  /** For everything that is not measured. */
  client: GraphqlClient;
  /** Makes people who are signed in, and whose address is verified. */
  accounts(count: number, role: 'BUYER' | 'SELLER', passwordHash?: string): Promise<Buyer[]>;
  /** Whose CPU time is told: pids by name. */
  processes: Record<string, number>;
}

/** @param closeLater is given how each thing that is opened is closed, the last one first */
export function openPlatform(
  env: ReturnType<typeof readBenchEnv>,
  progress: Progress,
  closeLater: (close: () => Promise<unknown>) => void,
): Platform {
  const redis = new Redis(env.REDIS_URL);
  // A benchmark may end it, and waits until it is back.
  redis.on('error', () => undefined);
  closeLater(() => redis.quit());
  const client = openGraphqlClient(new URL('/graphql', env.GATEWAY_URL).href);
  closeLater(() => client.close());
  const databases = new Map<ServiceName, Database>();
  const sql = (schema: ServiceName): Database => {
    const known = databases.get(schema);
    if (known) return known;
    const log = openLog('bench', 'silent');
    const database = openDatabase({ url: env.ADMIN_DATABASE_URL, schema, log, maxConnections: 2 });
    closeLater(() => database.close());
    databases.set(schema, database);
    return database;
  };
  return {
    gatewayUrl: env.GATEWAY_URL,
    amqpUrl: env.AMQP_URL,
    redisIsPrivate: env.REDIS_IS_PRIVATE,
    client,
    sql,
    redis,
    namespace: env.NAMESPACE,
    processes: env.PROCESSES,
    accounts: async (count, role, passwordHash) => {
      const { ACCESS_TOKEN_KEYS: keys, PERSONAL_DATA_KEYS: sealer } = env;
      const made: Buyer[] = [];
      const wanted = { count, role, ...(passwordHash !== undefined && { passwordHash }) };
      for await (const account of createAccounts({ database: sql('user'), sealer, keys, ...wanted })) {
        made.push(new Buyer(account, client));
        if (made.length % 250 === 0) progress.show('making buyers', made.length, count);
      }
      return made;
    },
  };
}
