import { Client } from 'pg';
import type { Backup } from './restore-drill.js';
import { adminDatabaseUrl } from './test-database.js';

/** A backup by PostgreSQL's own copying of a database: quick, and without `pg_dump`, which a test cannot count on. */
export function copiedDatabase(name: string): Backup & AsyncDisposable {
  const copy = `${name}_copy`;

  async function administer(...statements: string[]): Promise<void> {
    const client = new Client({ connectionString: adminDatabaseUrl() });
    await client.connect();
    try {
      for (const statement of statements) await client.query(statement);
    } finally {
      await client.end();
    }
  }
  const sendEverybodyAway = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`;

  return {
    // A database is copied while nobody is connected; services come back by themselves.
    take: () =>
      administer(
        `ALTER DATABASE "${name}" ALLOW_CONNECTIONS false`,
        sendEverybodyAway,
        `CREATE DATABASE "${copy}" TEMPLATE "${name}"`,
        `ALTER DATABASE "${name}" ALLOW_CONNECTIONS true`,
      ),
    restore: () =>
      administer(`DROP DATABASE "${name}" WITH (FORCE)`, `ALTER DATABASE "${copy}" RENAME TO "${name}"`),
    [Symbol.asyncDispose]: () => administer(`DROP DATABASE IF EXISTS "${copy}" WITH (FORCE)`),
  };
}
