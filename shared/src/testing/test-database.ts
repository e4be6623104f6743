import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import {
  migrate,
  openDatabase,
  provisionDatabase,
  SERVICES,
  serviceDatabaseUrl,
  type Database,
  type ServiceName,
} from '../database/index.js';
import { stockEffectTables } from '../inventory/index.js';
import { messagingTables } from '../messaging/index.js';
import { openLog } from '../telemetry/index.js';

/**
 * What every test sets the service roles' passwords to. Roles belong to the whole cluster, and test files run side
 * by side: two passwords would lock one of them out.
 */
export const TEST_ROLE_PASSWORD = 'local-only-test-password';

export interface TestDatabase extends AsyncDisposable {
  /** The service's own role, as the service itself connects. */
  url: string;
  /** As an administrator, for what only the platform's tools may do. */
  adminUrl: string;
  /** Connected in the service's role, to its schema. */
  database: Database;
  /** Drops the database. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** The administrator's connection that the test runner gives. */
export function adminDatabaseUrl(): string {
  const url = process.env.DATABASE_URL;
  if (!url) throw new Error('DATABASE_URL is not set: run `npm test` in the project’s folder');
  return url;
}

/** Makes a database of its own name, with every service's role and schema in it. @returns its name */
export async function createTestDatabase(prefix: string): Promise<string> {
  const database = `test_${prefix}_${randomBytes(6).toString('hex')}`;
  await provisionTestDatabase(database);
  return database;
}

/** Makes it, with every service's role and schema in it. */
export async function provisionTestDatabase(database: string): Promise<void> {
  const passwords = Object.fromEntries(SERVICES.map((service) => [service, TEST_ROLE_PASSWORD]));
  await provisionDatabase({
    adminUrl: adminDatabaseUrl(),
    database,
    passwords: passwords as Record<ServiceName, string>,
  });
}

/** Drops it, whoever is still connected. */
export async function dropTestDatabase(name: string): Promise<void> {
  const client = new Client({ connectionString: adminDatabaseUrl() });
  await client.connect();
  try {
    await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(name)} WITH (FORCE)`);
  } finally {
    await client.end();
  }
}

/**
 * A fresh, migrated database, with every shared set of tables, for one test file: `await using test = await openTestDatabase('user', folder)`, or
 * disposed of in `afterAll`.
 *
 * @param migrations the service's folder of migrations.
 */
export async function openTestDatabase(service: ServiceName, migrations: string): Promise<TestDatabase> {
  const log = openLog(service, 'silent');
  const name = await createTestDatabase(service);
  const url = serviceDatabaseUrl(adminDatabaseUrl(), name, service, TEST_ROLE_PASSWORD);
  await migrate({
    url,
    schema: service,
    folder: migrations,
    sets: [messagingTables, stockEffectTables],
    log,
  });
  const database = openDatabase({ url, schema: service, log });
  const admin = new URL(adminDatabaseUrl());
  admin.pathname = `/${name}`;
  return {
    url,
    adminUrl: admin.href,
    database,
    async [Symbol.asyncDispose]() {
      await database.close();
      await dropTestDatabase(name);
    },
  };
}
