import pg from 'pg';
import { runner } from 'node-pg-migrate';
import type { Log } from '../telemetry/index.js';

export interface MigrateOptions {
  url: string;
  schema: string;
  /** The folder of the service's numbered SQL files. */
  folder: string;
  log: Log;
}

/**
 * Brings the service's schema up to date. Replicas that start together take turns by an advisory lock, so that
 * each migration runs once; the rest find nothing to do.
 */
export async function migrate({ url, schema, folder, log }: MigrateOptions): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    options: `-c search_path="${schema}" -c lock_timeout=60000`,
  });
  await client.connect();
  try {
    await client.query(`SELECT pg_advisory_lock(hashtextextended('migrate:' || $1, 0))`, [schema]);
    const applied = await runner({
      dbClient: client,
      dir: folder,
      direction: 'up',
      count: Infinity,
      schema,
      migrationsSchema: schema,
      migrationsTable: 'migration',
      checkOrder: true,
      noLock: true,
      logger: {
        info: () => undefined,
        debug: () => undefined,
        warn: (message: string) => log.warn(message),
        error: (message: string) => log.error(message),
      },
    });
    for (const { name } of applied) log.info({ migration: name }, 'migrated');
  } finally {
    await client.end();
  }
}
