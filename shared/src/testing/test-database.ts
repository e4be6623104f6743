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
import { copyTemplate, keyOfMigrations } from './template-database.js';

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
  const database = testDatabaseName(prefix);
  await provisionTestDatabase(database);
  return database;
}

/** No other run or file has it. */
export const testDatabaseName = (prefix: string) => `test_${prefix}_${randomBytes(6).toString('hex')}`;

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
 * Drops what no test will look at again, unless the servers are removed with all they hold when the tests are through
 * (`npm test`): each drop writes out everything that is in memory, and makes the next databases slower to create.
 */
export async function discardTestDatabase(name: string): Promise<void> {
  if (process.env.DISPOSABLE_SERVERS !== 'true') await dropTestDatabase(name);
}

/**
 * A fresh, migrated database, with every shared set of tables, for one test file: `await using test = await openTestDatabase('user', folder)`, or
 * disposed of in `afterAll`.
 *
 * @param migrations the service's folder of migrations.
 */
export async function openTestDatabase(service: ServiceName, migrations: string): Promise<TestDatabase> {
  const log = openLog(service, 'silent');
  const name = testDatabaseName(service);
  const urlOf = (database: string) =>
    serviceDatabaseUrl(adminDatabaseUrl(), database, service, TEST_ROLE_PASSWORD);
  const sets = [messagingTables, stockEffectTables];
  await copyTemplate(adminDatabaseUrl(), name, {
    key: `${service}_${keyOfMigrations(migrations, ...sets.map(({ folder }) => folder))}`,
    prepare: async (template) => {
      await provisionTestDatabase(template);
      await migrate({ url: urlOf(template), schema: service, folder: migrations, sets, log });
    },
  });
  const url = urlOf(name);
  const database = openDatabase({ url, schema: service, log });
  const admin = new URL(adminDatabaseUrl());
  admin.pathname = `/${name}`;
  return {
    url,
    adminUrl: admin.href,
    database,
    async [Symbol.asyncDispose]() {
      await database.close();
      await discardTestDatabase(name);
    },
  };
}
