import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openGuard, openRedis } from '@stampede/shared/redis';
import { openLog } from '@stampede/shared/telemetry';
import { eventually } from '@stampede/shared/testing';
import { randomBytes } from 'node:crypto';
import { clearExpired } from '../src/sign-up/clear-expired.js';
import { openUser, type UserUnderTest } from './open-user.js';
import { call, newEmail, signUpInput } from './sign-up.fixture.js';

const log = openLog('user', 'silent');

let user: UserUnderTest;
beforeAll(async () => {
  user = await openUser();
});
afterAll(() => user[Symbol.asyncDispose]());

test('deletes what has expired and nothing else, in one replica an hour', async () => {
  const { database } = user.test;
  await call(user, 'signUp', signUpInput(newEmail()));
  await call(user, 'signUp', signUpInput(newEmail()));
  // More than one batch of them.
  await database.run(
    `INSERT INTO mail_link (id, purpose, token_hash, email, email_index, language, expires_at)
     SELECT gen_random_uuid(), 'RESET', sha256(i::text::bytea), '', '', 'en', now() FROM generate_series(1, 2500) i`,
  );
  await database.run(
    `INSERT INTO social_sign_in (state_hash, provider, redirect_uri, code_verifier, nonce, expires_at)
     VALUES ('a', 'KAKAO', '', '', '', now()), ('b', 'KAKAO', '', '', '', now() + interval '1 minute')`,
  );
  const redis = openRedis(process.env.REDIS_URL ?? '', log);
  const namespace = `test-${randomBytes(5).toString('hex')}`;
  const guard = openGuard(redis, namespace, log);
  const left = async () => ({
    links: (await database.query('SELECT purpose FROM mail_link')).map(({ purpose }) => purpose),
    begun: (await database.query('SELECT state_hash FROM social_sign_in')).length,
  });
  const first = clearExpired({ database, guard, log });
  await eventually(async () => expect(await left()).toEqual({ links: ['SIGN_UP', 'SIGN_UP'], begun: 1 }));
  await first.close();

  await database.run('UPDATE mail_link SET expires_at = now()');
  const second = clearExpired({ database, guard, log });
  await second.close();
  expect((await left()).links).toHaveLength(2);
  await redis.unlink(...(await redis.keys(`${namespace}:*`)));
  await redis.quit();
});
