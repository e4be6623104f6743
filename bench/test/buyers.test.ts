import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openSealer } from '@stampede/shared/sealing';
import { openTestDatabase, type TestDatabase } from '@stampede/shared/testing';
import { spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const BUYERS = fileURLToPath(new URL('../dist/buyers.js', import.meta.url));
const MIGRATIONS = fileURLToPath(new URL('../../subgraphs/user/migrations', import.meta.url));

const key = () => randomBytes(32).toString('base64');
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const keys = {
  ACCESS_TOKEN_KEYS: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  PERSONAL_DATA_KEYS: `a:${key()},index:${key()}`,
};

let platform: TestDatabase;
beforeAll(async () => {
  platform = await openTestDatabase('user', MIGRATIONS);
});
afterAll(() => platform[Symbol.asyncDispose]());

function spawnBuyers(args: string[], change: Record<string, string> = {}) {
  const env = { ADMIN_DATABASE_URL: platform.adminUrl, ...keys, ...change };
  return spawn(process.execPath, [BUYERS, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function buyers(args: string[], change?: Record<string, string>) {
  const command = spawnBuyers(args, change);
  const [stdout, stderr, [code]] = await Promise.all([
    text(command.stdout),
    text(command.stderr),
    once(command, 'close') as Promise<[number]>,
  ]);
  return { stdout, stderr, code };
}

const countOf = async (table: 'account' | 'session') =>
  (await platform.database.query(`SELECT id FROM ${table}`)).length;

test('writes one line per buyer, each a verified account with a session and a token for 12 hours', async () => {
  const before = await countOf('account');
  const { stdout, stderr, code } = await buyers(['--count', '600']);
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  const made = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: string; email: string; accessToken: string });
  expect(new Set(made.map(({ id }) => id)).size).toBe(600);
  expect(await countOf('account')).toBe(before + 600);

  const last = made[599]!;
  expect(Object.keys(last)).toEqual(['id', 'email', 'accessToken']);
  const claims = JSON.parse(Buffer.from(last.accessToken.split('.')[1]!, 'base64url').toString()) as Record<
    string,
    number
  >;
  expect(claims).toMatchObject({ sub: last.id, role: 'BUYER' });
  expect(claims.exp! - claims.iat!).toBe(12 * 3_600);
  const [row] = await platform.database.query<{ account_id: string; email: Buffer; verified: boolean }>(
    `SELECT account_id, email, email_verified_at IS NOT NULL AS verified
       FROM session JOIN account ON account.id = account_id WHERE session.id = $1 AND ended_at IS NULL`,
    [claims.sid],
  );
  expect(row).toMatchObject({ account_id: last.id, verified: true });
  const place = { table: 'account', column: 'email', row: last.id };
  expect(openSealer(keys.PERSONAL_DATA_KEYS).open(row!.email, place)).toBe(last.email);
});

test('stops without a failure when its reader has enough', async () => {
  const before = await countOf('account');
  const command = spawnBuyers(['--count', '20000']);
  const stderr = text(command.stderr);
  const closed = once(command, 'close');
  await once(command.stdout, 'data');
  command.stdout.destroy();
  expect((await closed)[0]).toBe(0);
  expect(await stderr).toBe('');
  expect((await countOf('account')) - before).toBeLessThan(20_000);
});

test.each([[[]], [['--count', '0']], [['--count', '100001']], [['--count', '1.5']], [['--count', 'many']]])(
  'refuses %j and says what it takes',
  async (args) => {
    const { stdout, stderr, code } = await buyers(args);
    expect({ stdout, code }).toEqual({ stdout: '', code: 1 });
    expect(stderr).toContain('--count N, from 1 to 100000');
  },
);

test('makes none in production', async () => {
  const before = await countOf('account');
  const { stdout, stderr, code } = await buyers(['--count', '1'], { NODE_ENV: 'production' });
  expect({ stdout, code }).toEqual({ stdout: '', code: 1 });
  expect(stderr).toContain('never made in production');
  expect(await countOf('account')).toBe(before);
});

test('says in a line why it cannot, when the database is away', async () => {
  const { stdout, stderr, code } = await buyers(['--count', '1'], {
    ADMIN_DATABASE_URL: 'postgres://admin@127.0.0.1:1/none',
  });
  expect({ stdout, code }).toEqual({ stdout: '', code: 1 });
  expect(stderr).toMatch(/ECONNREFUSED/);
});
