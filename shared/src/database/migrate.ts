import pg from 'pg';
import { runner } from 'node-pg-migrate';
import type { Log } from '../telemetry/index.js';

/** Tables that several services have, each in its own schema; they evolve with the code that uses them. */
export interface TableSet {
  name: string;
  /** The folder of its numbered SQL files. */
  folder: string;
}

export interface MigrateOptions {
  url: string;
  schema: string;
  /** The folder of the service's own numbered SQL files. */
  folder: string;
  /** What it has besides. */
  sets?: readonly TableSet[];
  log: Log;
}

/**
 * Brings the service's schema up to date. Replicas that start together take turns by an advisory lock, so that
 * each migration runs once; the rest find nothing to do.
 */
export async function migrate({ url, schema, folder, sets = [], log }: MigrateOptions): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    options: `-c search_path="${schema}" -c lock_timeout=60000`,
  });
  await client.connect();
  try {
    await client.query(`SELECT pg_advisory_lock(hashtextextended('migrate:' || $1, 0))`, [schema]);
    for (const set of sets) await apply(client, schema, set.folder, `migration_of_${set.name}`, log);
    await apply(client, schema, folder, 'migration', log);
  } finally {
    await client.end();
  }
}

/** @param table keeps which files have been applied. */
async function apply(
  client: pg.Client,
  schema: string,
  folder: string,
  table: string,
  log: Log,
): Promise<void> {
  const applied = await runner({
    dbClient: client,
    dir: folder,
    direction: 'up',
    count: Infinity,
    schema,
    migrationsSchema: schema,
    migrationsTable: table,
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
}
