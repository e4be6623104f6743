import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { provisionDatabase } from '../database/index.js';

/** PostgreSQL: there is no such database. */
const NO_SUCH_DATABASE = '3D000';

export interface Template {
  /** Says what it is a template of: what has been made for one key is taken for all who give it. */
  key: string;
  /** Fills a database of this name, which does not exist yet. It is connected to no more when this resolves. */
  prepare(database: string): Promise<void>;
}

/** What a database is that these folders' files have migrated, in a few letters: another one as soon as a file differs. */
export function keyOfMigrations(...folders: string[]): string {
  const hash = createHash('sha256').update(provisionDatabase.toString());
  for (const folder of folders)
    for (const file of readdirSync(folder).toSorted())
      hash.update(`\0${file}\0`).update(readFileSync(join(folder, file)));
  return hash.digest('hex').slice(0, 16);
}

/**
 * Makes the database `name` by copying a template: a copy takes a third of the time that roles, schemas and migrations
 * take. Who asks first makes the template, and the others wait. It stays, for the next run of the tests.
 *
 * @param adminUrl a connection that may create databases.
 */
export async function copyTemplate(
  adminUrl: string,
  name: string,
  { key, prepare }: Template,
): Promise<void> {
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  const quoted = (database: string) => client.escapeIdentifier(database);
  const template = `template_${key}`;
  const copy = () => client.query(`CREATE DATABASE ${quoted(name)} TEMPLATE ${quoted(template)}`);
  try {
    try {
      await copy();
    } catch (error) {
      if ((error as { code?: string }).code !== NO_SUCH_DATABASE) throw error;
      await client.query(`SELECT pg_advisory_lock(hashtextextended($1, 0))`, [template]);
      const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [template]);
      if (rowCount === 0) await make(client, template, prepare);
      await copy();
    }
  } finally {
    await client.end();
  }
}

/** Made aside and renamed: one that was cut off is never taken for the whole. */
async function make(client: Client, template: string, prepare: Template['prepare']): Promise<void> {
  const unfinished = `${template}_unfinished`;
  await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(unfinished)} WITH (FORCE)`);
  await prepare(unfinished);
  await client.query(
    `ALTER DATABASE ${client.escapeIdentifier(unfinished)} RENAME TO ${client.escapeIdentifier(template)}`,
  );
}
