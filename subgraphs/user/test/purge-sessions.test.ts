import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Database } from '@stampede/shared/database';
import { openGuard, openRedis, type Guard } from '@stampede/shared/redis';
import { openLog, type Log } from '@stampede/shared/telemetry';
import { eventually } from '@stampede/shared/testing';
import type { Redis } from 'ioredis';
import { randomBytes } from 'node:crypto';
import { openPurge } from '../src/personal-data/purge-sessions.js';
import { openUser, type UserUnderTest } from './open-user.js';

const log = openLog('user', 'silent');
const namespace = `test-${randomBytes(5).toString('hex')}`;

let user: UserUnderTest;
let redis: Redis;
let guard: Guard;
beforeAll(async () => {
  user = await openUser();
  redis = openRedis(process.env.REDIS_URL ?? '', log);
  guard = openGuard(redis, namespace, log);
});
afterAll(async () => {
  await redis.unlink(`${namespace}:lock:purge-sessions`);
  await redis.quit();
  await user[Symbol.asyncDispose]();
});

const left = async () => (await user.test.database.query('SELECT FROM session')).length;
const taken = () => redis.exists(`${namespace}:lock:purge-sessions`);

/** The database, with something said before each statement. */
function watched(before: () => Promise<void>): Database {
  const { database } = user.test;
  return {
    ...database,
    query: async (text, values) => {
      await before();
      return database.query(text, values);
    },
  };
}

test('a purge that failed or was stopped leaves its turn to the next one, and one that is done does not', async () => {
  const { id } = await user.account();
  const { database } = user.test;
  await database.run(
    `INSERT INTO session (id, account_id, refresh_family, refresh_hash, device, expires_at)
     SELECT gen_random_uuid(), $1, sha256(i::text::bytea), '', '', now() - interval '31 days'
       FROM generate_series(1, 2500) i`,
    [id],
  );
  let asked = 0;
  const failing = openPurge({
    database: watched(() => Promise.reject(new Error(`no ${(asked += 1)}`))),
    guard,
    log,
  });
  await eventually(async () => expect([asked, await taken()]).toEqual([1, 0]));
  await failing.close();

  const batches: number[] = [];
  const stopped = openPurge({ database: watched(async () => void batches.push(await left())), guard, log });
  await eventually(async () => expect(await left()).toBeLessThan(2500));
  await stopped.close();
  expect(batches.length).toBeLessThan(3);
  expect(await left()).toBeGreaterThan(500);
  expect(await taken()).toBe(0);

  const said: string[] = [];
  const record = { info: (_: object, text: string) => void said.push(text) } as unknown as Log;
  const last = openPurge({ database, guard, log: record });
  await eventually(() => expect(said).toEqual(['deleted old sessions']));
  await last.close();
  expect(await left()).toBe(1);
  expect(await taken()).toBe(1);
});
