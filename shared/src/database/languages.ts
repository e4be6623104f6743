import type { ClientBase } from 'pg';

/** A Korean word in single letters, as it is stored to be looked for. */
const KOREAN = '신발'.normalize('NFKD');

/**
 * Refuses a database in which Korean could be stored, and not found. In a locale like C, pg_trgm takes every letter
 * that is not ASCII for a sign and leaves it out of its index, without a word; and names in Hangul and Latin are
 * sorted by ICU.
 *
 * @param client connected to the database, in which pg_trgm is installed.
 * @throws Error that says what to do.
 */
export async function refuseWithoutLanguages(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{
    name: string;
    ctype: string;
    searchable: boolean;
    sortable: boolean;
  }>(
    `SELECT datname AS name, datctype AS ctype, public.show_trgm($1) <> '{}' AS searchable,
       EXISTS (SELECT FROM pg_collation WHERE collname = 'und-x-icu') AS sortable
     FROM pg_database WHERE datname = current_database()`,
    [KOREAN],
  );
  for (const { name, ctype, searchable, sortable } of rows) {
    if (!searchable) {
      throw new Error(
        `the database ${name} has the locale ${ctype}, in which pg_trgm finds no Korean: make it anew by CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'`,
      );
    }
    if (!sortable)
      throw new Error('this PostgreSQL has no ICU, by which names are sorted: use one that is built with it');
  }
}
