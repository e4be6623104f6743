import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { migrate, openDatabase, serviceDatabaseUrl, type Database } from '@stampede/shared/database';
import { isUnavailable } from '@stampede/shared/errors';
import { openLog } from '@stampede/shared/telemetry';
import {
  adminDatabaseUrl,
  createTestDatabase,
  dropTestDatabase,
  TEST_ROLE_PASSWORD,
} from '@stampede/shared/testing';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let name: string;
let url: string;
/** Of one connection, which has prepared everything before. */
let database: Database;
beforeAll(async () => {
  name = await createTestDatabase('database');
  url = serviceDatabaseUrl(adminDatabaseUrl(), name, 'order', TEST_ROLE_PASSWORD);
  database = openDatabase({ url, schema: 'order', log: openLog('order', 'silent'), maxConnections: 1 });
  await database.run('CREATE TABLE thing (id int)');
  await database.run('INSERT INTO thing VALUES (1)');
});
afterAll(async () => {
  await database.close();
  await dropTestDatabase(name);
});

const ONE = 'SELECT * FROM thing';
const OTHER = 'SELECT *, 1 AS other FROM thing';
const failureOf = (asked: Promise<unknown>) =>
  asked.then(
    () => 'none',
    (error: unknown) => isUnavailable(error) || error,
  );
/** As a migration does while replicas run: whoever has prepared `SELECT *` before is refused it. */
const addsColumn = (column: string) => database.run(`ALTER TABLE thing ADD COLUMN ${column} int`);

test.each([
  ['a statement', (text: string) => database.query(text)],
  ['a transaction', (text: string) => database.transaction((tx) => tx.query(text))],
])('%s whose table a migration has changed fails once, as what passes', async (kind, ask) => {
  const column = kind.replace('a ', '');
  await ask(ONE);
  await ask(OTHER);
  await addsColumn(column);
  expect(await failureOf(ask(ONE))).toBe(true);
  expect(await ask(ONE)).toMatchObject([{ id: 1, [column]: null }]);
  // Of what else the connection had prepared nothing is left, either.
  expect(await ask(OTHER)).toMatchObject([{ id: 1, other: 1, [column]: null }]);
});

test('a mistake in a statement is still one', async () => {
  expect(await failureOf(database.query('SELECT nothing FROM thing'))).toMatchObject({ code: '42703' });
  expect(await failureOf(database.transaction((tx) => tx.query('SELECT 1/0')))).toMatchObject({
    code: '22012',
  });
});

test('a migration waits aside for a table that is in use: nobody waits behind it, and in the end it is done', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stampede-migrations-'));
  writeFileSync(join(folder, '0001_first.sql'), 'ALTER TABLE used ADD COLUMN newer text;');
  writeFileSync(join(folder, '0002_second.sql'), 'CREATE TABLE last (id int);');
  const log = openLog('order', 'silent');
  const other = openDatabase({ url, schema: 'order', log });
  try {
    await database.run('CREATE TABLE used (id int)');
    const waits = new Promise<void>((resolve) => {
      log.info = () => resolve();
    });
    let migrating: Promise<void> | undefined;
    await other.transaction(async (tx) => {
      await tx.query('SELECT * FROM used');
      migrating = migrate({ url, schema: 'order', folder, log });
      await waits;
      expect(await database.query('SELECT id FROM used')).toEqual([]);
    });
    await migrating;
    expect(await database.query('SELECT newer FROM used')).toEqual([]);
    expect(await database.query('SELECT id FROM last')).toEqual([]);
  } finally {
    await other.close();
    rmSync(folder, { recursive: true });
  }
});
