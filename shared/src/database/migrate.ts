import pg from 'pg';
import { setTimeout as pause } from 'node:timers/promises';
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

/** For those before: a replica that migrates may take a while. */
const TURN_MS = 60_000;
/**
 * A statement that waits for a table holds up all who come after it, so it does not wait for long; whoever was on the
 * table has gone on when it is tried again.
 */
const LOCK_MS = 1_000;
const PAUSE_MS = 500;
const GIVE_UP_MS = 120_000;

/** PostgreSQL: a lock was not to be had in time. */
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Brings the service's schema up to date, each migration in a transaction of its own, while other versions serve.
 * Replicas that start together take turns by an advisory lock, so that each migration runs once; the rest find nothing
 * to do.
 *
 * @throws Error when a migration fails, or its locks were not to be had for two minutes; those before it stand.
 */
export async function migrate(options: MigrateOptions): Promise<void> {
  const giveUpAt = performance.now() + GIVE_UP_MS;
  for (;;) {
    try {
      return await takeTurn(options);
    } catch (error) {
      if ((error as { code?: string }).code !== LOCK_NOT_AVAILABLE || performance.now() > giveUpAt)
        throw error;
      options.log.info({ schema: options.schema }, 'a migration waits for a table that is in use');
      await pause(PAUSE_MS);
    }
  }
}

async function takeTurn({ url, schema, folder, sets = [], log }: MigrateOptions): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    options: `-c search_path="${schema}" -c lock_timeout=${TURN_MS}`,
  });
  await client.connect();
  try {
    await client.query(`SELECT pg_advisory_lock(hashtextextended('migrate:' || $1, 0))`, [schema]);
    await client.query(`SET lock_timeout = ${LOCK_MS}`);
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
  // Of no use to whoever only reads and writes.
  const { runner } = await import('node-pg-migrate');
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
    singleTransaction: false,
    logger: {
      info: () => undefined,
      debug: () => undefined,
      warn: (message: string) => log.warn(message),
      // It is thrown as well, and a lock that was not to be had is no error yet.
      error: (message: string) => log.debug(message),
    },
  });
  for (const { name } of applied) log.info({ migration: name }, 'migrated');
}
