import pg from 'pg';
import { refuseWithoutLanguages } from './languages.js';

/** The services that keep data; each has a schema of its name and a role `stampede_NAME`. */
export const SERVICES = ['user', 'catalog', 'order', 'payment'] as const;
export type ServiceName = (typeof SERVICES)[number];

export interface ProvisionOptions {
  /** A connection that may create databases and roles; which database it names does not matter. */
  adminUrl: string;
  database: string;
  /** Each service role's password. */
  passwords: Record<ServiceName, string>;
}

/**
 * Makes the database, and for each service a role and a schema that only this role may use. Idempotent: what
 * is there stays, passwords are set anew.
 *
 * @throws Error when the database is one in which Korean could not be found.
 */
export async function provisionDatabase({ adminUrl, database, passwords }: ProvisionOptions): Promise<void> {
  await withClient(adminUrl, async (client) => {
    // Roles belong to the whole cluster, and tests provision side by side: CREATE/ALTER ROLE would collide.
    await client.query(`SELECT pg_advisory_lock(hashtextextended('stampede:provision', 0))`);
    for (const service of SERVICES) await provisionRole(client, service, passwords[service]);
    const known = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
    if (known.rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(database)}`);
  });
  await withClient(withDatabase(adminUrl, database), async (client) => {
    await client.query(`REVOKE CREATE ON SCHEMA public FROM PUBLIC`);
    // Search by parts of words. In public, where every role may use it and none may make anything.
    await client.query('CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public');
    await refuseWithoutLanguages(client);
    for (const service of SERVICES) {
      const role = `stampede_${service}`;
      // The owner of a schema must be among the creator's roles (PostgreSQL, CREATE SCHEMA).
      await client.query(`GRANT ${role} TO CURRENT_USER`);
      await client.query(`CREATE SCHEMA IF NOT EXISTS "${service}" AUTHORIZATION ${role}`);
    }
  });
}

async function provisionRole(client: pg.Client, service: ServiceName, password: string): Promise<void> {
  const role = `stampede_${service}`;
  const known = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
  const verb = known.rowCount === 0 ? 'CREATE' : 'ALTER';
  await client.query(`${verb} ROLE ${role} LOGIN PASSWORD ${client.escapeLiteral(password)}`);
}

/** The URL by which one service reaches its database in its own role. */
export function serviceDatabaseUrl(
  adminUrl: string,
  database: string,
  service: ServiceName,
  password: string,
): string {
  const url = new URL(withDatabase(adminUrl, database));
  url.username = `stampede_${service}`;
  url.password = encodeURIComponent(password);
  return url.href;
}

function withDatabase(adminUrl: string, database: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  return url.href;
}

async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
