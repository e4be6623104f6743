import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Database } from '@stampede/shared/database';
import { openGuard, openRedis, type Guard } from '@stampede/shared/redis';
import { openResealing, openSealer, SealingError, type Sealer } from '@stampede/shared/sealing';
import { openLog, openMetrics, type Log, type Metrics } from '@stampede/shared/telemetry';
import { eventually, openTestDatabase, type TestDatabase } from '@stampede/shared/testing';
import type { Redis } from 'ioredis';
import { randomBytes } from 'node:crypto';
import { createAccount, findAccounts } from '../src/account.entity.js';
import { addLink, findLink, linkEnds, newLinkToken } from '../src/mail-link.entity.js';
import { letters } from '../src/mail/letters.js';
import { queueMail } from '../src/mail/queue-mail.js';
import type { MailRow } from '../src/mail/mail-row.js';
import { SEALED_TABLES } from '../src/personal-data/reseal.js';
import { addressesOf } from '../src/profile/address.js';
import { saveAddress } from '../src/profile/save-address.js';
import { updateProfile } from '../src/profile/update-profile.js';
import { OTHERS_AWAY } from './mail.fixture.js';
import { MIGRATIONS, PUBLIC_URL } from './open-user.js';

const key = () => randomBytes(32).toString('base64');
const [OLD, NEW, INDEX] = [`old:${key()}`, `new:${key()}`, `index:${key()}`];
/** As the replicas of before the change have the keys, those after it, and those after the old key was taken away. */
const before = openSealer(`${OLD},${NEW},${INDEX}`);
const after = openSealer(`${NEW},${OLD},${INDEX}`);
const withoutOld = openSealer(`${NEW},${INDEX}`);

let house: TestDatabase;
let database: Database;
let redis: Redis;
let guard: Guard;
const namespace = `test-${randomBytes(5).toString('hex')}`;

beforeAll(async () => {
  house = await openTestDatabase('user', MIGRATIONS);
  database = house.database;
  redis = openRedis(process.env.REDIS_URL ?? '', openLog('user', 'silent'));
  guard = openGuard(redis, namespace, openLog('user', 'silent'));
});
beforeEach(() => database.run('TRUNCATE account, mail, mail_link, resealing CASCADE'));
afterAll(async () => {
  await redis.unlink(`${namespace}:lock:resealing:account,address,mail_link,mail`);
  await redis.quit();
  await house[Symbol.asyncDispose]();
});

const ADDRESS = { recipient: 'Who', phone: '010-1234', postalCode: '04524', line1: 'Where' };

/** A log that is read. */
function openRecord() {
  const lines: { level: string; text: string; found: Record<string, unknown> }[] = [];
  const at = (level: string) => (found: Record<string, unknown>, text: string) =>
    void lines.push({ level, text, found });
  const log = { info: at('info'), warn: at('warn'), error: at('error'), debug: at('debug') };
  return { lines, log: log as unknown as Log };
}

function open(sealer: Sealer, over: Database = database, rows = 3) {
  const { lines, log } = openRecord();
  const metrics = openMetrics('user');
  const job = openResealing({
    database: over,
    guard,
    sealer,
    tables: SEALED_TABLES,
    log,
    metrics,
    rows,
    pauseMs: 5,
  });
  return { job, lines, metrics };
}

async function account(sealer: Sealer, name: string): Promise<string> {
  const email = `${randomBytes(6).toString('hex')}@stampede.test`;
  const made = await createAccount(database, sealer, { name, email, phone: '010-0000', language: 'en' });
  if (!made) throw new Error('the address is taken');
  await saveAddress(database, sealer, { accountId: made.id }, { ...ADDRESS, label: name });
  return made.id;
}

async function round() {
  const [row] = await database.query<{ key_id: string; began: string; ended: boolean; resealed: number }>(
    `SELECT key_id, began_at::text AS began, ended_at IS NOT NULL AS ended, resealed FROM resealing`,
  );
  if (!row) throw new Error('no round has begun');
  return row;
}

const ends = (sealer: Sealer) =>
  eventually(async () => {
    const { key_id: keyId, ended } = await round();
    if (!ended || keyId !== sealer.currentKey) throw new Error('the round goes on');
  });

/** Every bytea value of every table that is an envelope, by the key that seals it: hashes and indexes are none. */
async function keysInUse(): Promise<Record<string, number>> {
  const inUse: Record<string, number> = {};
  const columns = await database.query<{ table: string; column: string }>(
    `SELECT table_name AS table, column_name AS column FROM information_schema.columns
      WHERE table_schema = 'user' AND data_type = 'bytea'`,
  );
  for (const { table, column } of columns) {
    if (/_index$|_hash$|^refresh_family$|_salt$/.test(column)) continue;
    for (const { envelope } of await database.query<{ envelope: Buffer }>(
      `SELECT "${column}" AS envelope FROM "${table}" WHERE "${column}" IS NOT NULL`,
    )) {
      const used = after.keyOf(envelope);
      inUse[used] = (inUse[used] ?? 0) + 1;
    }
  }
  return inUse;
}

/** The database as a process sees it that can be made to die, or to do something just before a statement. */
function watched(beforeUpdate: (statement: string) => Promise<void>): Database {
  return {
    ...database,
    run: async (text, values) => {
      if (/^UPDATE (account|address|mail)/.test(text)) await beforeUpdate(text);
      return database.run(text, values);
    },
  };
}

/** Changes names again and again, and signs new people up, until it is told to stop. */
function writer(sealer: Sealer, names: Map<string, string>, ids: string[]) {
  let stopped = false;
  async function write() {
    for (let turn = 0; !stopped; turn += 1) {
      const id = ids[turn % ids.length] as string;
      await updateProfile(database, sealer, id, { name: `name ${turn}` });
      names.set(id, `name ${turn}`);
      if (turn % 10 === 0) names.set(await account(sealer, `new ${turn}`), `new ${turn}`);
    }
  }
  const writing = write();
  return {
    stop: () => {
      stopped = true;
      return writing;
    },
  };
}

test('changes keys under load, through a crash and a rolling start, and then the old one is not needed', async () => {
  const names = new Map<string, string>();
  for (let made = 0; made < 24; made += 1) names.set(await account(before, `first ${made}`), `first ${made}`);
  const ids = [...names.keys()];
  // A replica of before the change still writes, by the old key.
  const writers = [writer(before, names, ids.slice(0, 12)), writer(after, names, ids.slice(12))];

  let updates = 0;
  const dying = watched(async () => {
    updates += 1;
    if (updates > 20) throw new Error('it has died');
    return Promise.resolve();
  });
  const first = open(after, dying);
  await eventually(() => expect(updates).toBeGreaterThan(20));
  await first.job.close();
  const halfway = await round();
  expect(halfway).toMatchObject({ key_id: 'new', ended: false });
  expect(halfway.resealed).toBeGreaterThan(0);

  const replicas = [open(after), open(after)];
  await eventually(async () => expect((await round()).resealed).toBeGreaterThan(halfway.resealed));
  // It went on where the other died.
  expect((await round()).began).toBe(halfway.began);
  await writers[0]?.stop();
  await eventually(async () => expect((await round()).began).not.toBe(halfway.began));
  await writers[1]?.stop();
  await ends(after);

  expect(Object.keys(await keysInUse())).toEqual(['new']);
  for (const found of await findAccounts(database, withoutOld, [...names.keys()])) {
    expect(found.name).toBe(names.get(found.id));
    expect(found.email).toMatch(/@stampede\.test$/);
    expect(await addressesOf(database, withoutOld, found.id)).toMatchObject([ADDRESS]);
  }
  await eventually(async () => {
    const told = await Promise.all(replicas.map(({ metrics }) => metrics.registry.metrics()));
    expect(told[0]).toContain(`stampede_sealed_values{key="new",service="user"} ${(await keysInUse()).new}`);
    expect(told[0]).not.toContain('key="old"');
  });
  const said = replicas.flatMap(({ lines }) => lines.map(({ text }) => text));
  expect(said).toContain('everything is sealed by the current key: no other one is needed');
  for (const { job } of replicas) await job.close();
});

test('a link and a mail that wait over the change are mailed and followed without the old key', async () => {
  const to = 'who.waits@stampede.test';
  const token = newLinkToken();
  await queueMail(database, before, { kind: 'sign-up', to, language: 'en', content: { token } });
  const link = {
    purpose: 'SIGN_UP',
    token,
    email: to,
    name: 'Who Waits',
    phone: '010-2',
    language: 'en',
  } as const;
  await addLink(database, before, { ...link, passwordHash: 'of none', expiresAt: linkEnds('SIGN_UP') });
  expect(await keysInUse()).toEqual({ old: 5 });
  const { job } = open(after);
  await ends(after);
  await job.close();
  expect(await keysInUse()).toEqual({ new: 5 });

  const [row] = await database.query<MailRow>('SELECT * FROM mail');
  const opened = (column: 'recipient' | 'content') =>
    withoutOld.open(row?.[column] as Buffer, { table: 'mail', column, row: row?.id ?? '' });
  const mail = { to: opened('recipient'), language: 'en', content: JSON.parse(opened('content')) } as const;
  const letter = await letters['sign-up'](mail, {
    database,
    sealer: withoutOld,
    publicUrl: PUBLIC_URL,
    ...OTHERS_AWAY,
  });
  expect([mail.to, letter?.text]).toEqual([to, expect.stringContaining(token)]);
  expect(await findLink(database, withoutOld, token, ['SIGN_UP'])).toMatchObject({
    email: to,
    name: 'Who Waits',
    phone: '010-2',
  });
});

test('never overwrites what somebody changes between its reading and its writing', async () => {
  const id = await account(before, 'as it was');
  let changed = false;
  const { job, lines } = open(
    after,
    watched(async (statement) => {
      if (changed || !statement.startsWith('UPDATE account')) return;
      changed = true;
      await updateProfile(database, before, id, { name: 'changed meanwhile' });
    }),
  );
  await ends(after);
  await job.close();
  const [found] = await findAccounts(database, withoutOld, [id]);
  expect(found?.name).toBe('changed meanwhile');
  expect(lines[0]?.found).toMatchObject({ missed: 1 });
});

test('leaves what does not open as it is, and reports it', async () => {
  const [one, other] = [await account(before, 'one'), await account(before, 'other')];
  // Somebody has put one person's phone number into the other's row.
  await database.run('UPDATE account SET phone = (SELECT phone FROM account WHERE id = $1) WHERE id = $2', [
    one,
    other,
  ]);
  await database.run(`UPDATE address SET line1 = recipient, line2 = 'nonsense' WHERE account_id = $1`, [one]);
  const bytes = () =>
    database.query(
      `SELECT account.phone, line1, line2 FROM account JOIN address ON account_id = $1 WHERE account.id = $2`,
      [one, other],
    );
  const stolen = await bytes();
  const { job, lines, metrics } = open(after);
  await ends(after);
  await eventually(async () =>
    expect(await metrics.registry.metrics()).toMatch(/sealed_values\{key="old",service="user"\} 2/),
  );
  await job.close();

  expect(await bytes()).toEqual(stolen);
  expect(lines.at(-1)).toMatchObject({
    level: 'error',
    found: { unreadable: 3, counted: { old: 2, none: 1 } },
  });
  const [readable] = await findAccounts(database, withoutOld, [one]);
  expect([readable?.name, readable?.phone]).toEqual(['one', '010-0000']);
  const [robbed] = await findAccounts(database, after, [other]);
  expect(() => robbed?.phone).toThrow(SealingError);
  expect(robbed?.name).toBe('other');
});

test('follows the key of whoever starts last, and one of before leaves it alone', async () => {
  await account(before, 'somebody');
  const old = open(before);
  await ends(before);
  expect(Object.keys(await keysInUse())).toEqual(['old']);
  const fresh = open(after);
  await ends(after);
  expect(Object.keys(await keysInUse())).toEqual(['new']);
  const told = (metrics: Metrics) => metrics.registry.metrics();
  await eventually(async () => {
    expect(await told(old.metrics)).toMatch(/resealing_idle\{[^}]*\} 1\n/);
    expect(await told(fresh.metrics)).toMatch(/resealing_idle\{[^}]*\} 0\n/);
    expect(await told(fresh.metrics)).toMatch(/sealed_values_round_began_seconds\{[^}]*\} 1\d{9}\./);
  });
  const warnings = old.lines.filter(({ level }) => level === 'warn');
  expect(warnings).toMatchObject([{ found: { key: 'old', chosen: 'new' } }]);
  await fresh.job.close();
  await old.job.close();
  // A change that is taken back.
  const back = open(before);
  await ends(before);
  expect(Object.keys(await keysInUse())).toEqual(['old']);
  await back.job.close();
});

test('closes in the middle of a batch, and has lost nothing', async () => {
  for (let made = 0; made < 10; made += 1) await account(before, `name ${made}`);
  let updates = 0;
  let began: () => void = () => undefined;
  const underWay = new Promise<void>((resolve) => {
    began = resolve;
  });
  const { job } = open(
    after,
    watched(async () => {
      updates += 1;
      began();
      return Promise.resolve();
    }),
    100,
  );
  await underWay;
  await job.close();
  expect(updates).toBe(1);
  const again = open(after);
  await ends(after);
  await again.job.close();
  expect(Object.keys(await keysInUse())).toEqual(['new']);
});
