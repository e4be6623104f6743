import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { onCrashPoint, type CrashPoint } from '@stampede/shared/crash-points';
import { migrate, openDatabase, serviceDatabaseUrl, type Database } from '@stampede/shared/database';
import { isUnavailable } from '@stampede/shared/errors';
import { openLog } from '@stampede/shared/telemetry';
import {
  adminDatabaseUrl,
  createTestDatabase,
  dropTestDatabase,
  openTcpProxy,
  TEST_ROLE_PASSWORD,
  through,
} from '@stampede/shared/testing';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';

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
  await database.run('CREATE TABLE passed (id int)');
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

test('no statement is compiled, which nothing could interrupt', async () => {
  expect(await database.query('SHOW jit')).toEqual([{ jit: 'off' }]);
});

test.each([
  ['a statement', (text: string) => database.query(text)],
  ['a transaction', (text: string) => database.transaction('test', (tx) => tx.query(text))],
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
  expect(await failureOf(database.transaction('test', (tx) => tx.query('SELECT 1/0')))).toMatchObject({
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
    await other.transaction('test', async (tx) => {
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

/** What a transaction of `INSERT` passes and leaves when its crash point `failing` fails. */
async function passesOf(work: () => Promise<unknown>, failing?: CrashPoint) {
  await database.run('DELETE FROM passed');
  const told: string[] = [];
  const end = onCrashPoint((point) => {
    told.push(point);
    return point === failing ? Promise.reject(new Error('crashed')) : Promise.resolve();
  });
  try {
    // What looks for work and finds none has nothing to commit.
    await database.transaction('look', (tx) => tx.query('SELECT FROM passed FOR UPDATE SKIP LOCKED'));
    const answer = await database
      .transaction('insert', async (tx) => {
        tx.afterCommit(() => told.push('after commit'));
        await tx.run('INSERT INTO passed VALUES (1)');
        await work();
        return 'answered';
      })
      .catch((error: Error) => error.message);
    return { told, answer, left: (await database.query('SELECT FROM passed')).length };
  } finally {
    end();
  }
}

test('a commit is passed before and after, and one that is undone is not', async () => {
  const nothing = () => Promise.resolve();
  expect(await passesOf(nothing)).toEqual({
    told: ['insert/commit/before', 'insert/commit/after', 'after commit'],
    answer: 'answered',
    left: 1,
  });
  const undone = await passesOf(() => Promise.reject(new Error('undone')));
  expect(undone).toEqual({ told: [], answer: 'undone', left: 0 });
});

test('what fails before the commit is undone; after it, nobody hears that it is done', async () => {
  const nothing = () => Promise.resolve();
  expect(await passesOf(nothing, 'insert/commit/before')).toEqual({
    told: ['insert/commit/before'],
    answer: 'crashed',
    left: 0,
  });
  // The one connection of the pool is given back all the same.
  expect(await passesOf(nothing, 'insert/commit/after')).toEqual({
    told: ['insert/commit/before', 'insert/commit/after'],
    answer: 'crashed',
    left: 1,
  });
});

const DIES = `
  import { readEnv } from '@stampede/shared/env';
  import { armCrashPoints, crashEnv, crashPoint } from '@stampede/shared/crash-points';
  armCrashPoints('order', readEnv(crashEnv));
  for (let time = 1; time < 5; time += 1) {
    process.stdout.write(time + ' ');
    await crashPoint('sell/commit/before');
    await crashPoint('sell/commit/after');
  }`;

test('a process dies where it is told to and at the passing that it is told, and has written down what it passed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stampede-crash-'));
  const file = join(folder, 'points');
  try {
    const env = { CRASH_AT: 'sell/commit/after#2', CRASH_POINTS_FILE: file };
    const died = spawnSync(process.execPath, ['--input-type=module', '--eval', DIES], { env });
    expect({ signal: died.signal, said: String(died.stdout) }).toEqual({ signal: 'SIGKILL', said: '1 2 ' });
    const passed = readFileSync(file, 'utf8');
    expect(passed).toBe('order sell/commit/before\norder sell/commit/after\n'.repeat(2));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a transaction that is not answered is given up at once, and its connection with it', async () => {
  await using proxy = await openTcpProxy(url);
  const led = through(proxy, url);
  const log = openLog('order', 'silent');
  await database.run('DELETE FROM passed');
  const short = openDatabase({ url: led, schema: 'order', log, maxConnections: 1, statementTimeoutMs: 500 });
  let told: (error: unknown) => void = () => undefined;
  const statement = new Promise<unknown>((resolve) => (told = resolve));
  let outcome: unknown;
  const transaction = short
    .transaction('test', async (tx) => {
      await tx.query('INSERT INTO passed VALUES (1)');
      proxy.cutOneWay('answers');
      await tx.query('SELECT 1').catch((error: unknown) => {
        told(error);
        throw error;
      });
    })
    .catch((error: unknown) => {
      outcome = isUnavailable(error);
    });
  expect(isUnavailable(await statement)).toBe(true);
  // No other statement is waited for: that would take the network.
  await turn();
  expect(outcome).toBe(true);
  await transaction;
  proxy.restore();
  expect(await short.query('SELECT * FROM passed')).toEqual([]);
  await short.close();
});
