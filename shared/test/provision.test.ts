import { expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { provisionDatabase, SERVICES, type ServiceName } from '../src/database/index.js';
import { adminDatabaseUrl, dropTestDatabase, TEST_ROLE_PASSWORD } from '../src/testing/index.js';

/** A database of a locale of its own, that is to be provisioned. */
async function openDatabaseOf(locale: string) {
  const name = `test_provision_${randomBytes(6).toString('hex')}`;
  const client = new Client({ connectionString: adminDatabaseUrl() });
  await client.connect();
  await client.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8' LOCALE '${locale}'`);
  await client.end();
  return { name, [Symbol.asyncDispose]: () => dropTestDatabase(name) };
}

const passwords = Object.fromEntries(SERVICES.map((service) => [service, TEST_ROLE_PASSWORD]));
const provision = (database: string) =>
  provisionDatabase({
    adminUrl: adminDatabaseUrl(),
    database,
    passwords: passwords as Record<ServiceName, string>,
  });

test('a database in whose locale Korean could not be found is refused, and told how to make a better one', async () => {
  await using database = await openDatabaseOf('C');
  await expect(provision(database.name)).rejects.toThrow(
    `the database ${database.name} has the locale C, in which pg_trgm finds no Korean`,
  );
});

test('what is provisioned can be provisioned again', async () => {
  await using database = await openDatabaseOf('C.UTF-8');
  await provision(database.name);
  await provision(database.name);
});
