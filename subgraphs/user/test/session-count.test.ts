import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sessionEnds, startSession } from '../src/session/session.entity.js';
import { openUser, PASSWORD, type UserUnderTest } from './open-user.js';
import { signIn } from './sign-up.fixture.js';

let user: UserUnderTest;
beforeAll(async () => {
  user = await openUser();
});
afterAll(() => user[Symbol.asyncDispose]());

const start = (accountId: string) =>
  user.test.database.transaction('test', (tx) => startSession(tx, accountId, 'Device'));
const liveOf = async (accountId: string) => {
  const rows = await user.test.database.query<{ id: string }>(
    'SELECT id FROM session WHERE account_id = $1 AND ended_at IS NULL',
    [accountId],
  );
  return rows.map(({ id }) => id);
};

test('ends the session that was used the longest ago for the fifty-first, and tells the gateways', async () => {
  const { id, email } = await user.account();
  const { id: neighbour, sessionId } = await user.account();
  for (let count = 0; count < 48; count += 1) await start(id);
  const { id: unused } = await start(id);
  const before = await liveOf(id);
  expect(before).toHaveLength(50);
  await user.test.database.run(`UPDATE session SET last_used_at = now() - interval '1 day' WHERE id = $1`, [
    unused,
  ]);

  const heard: string[] = [];
  const listening = sessionEnds.listen((ended) => heard.push(ended));
  expect(await signIn(user, email, PASSWORD)).toMatchObject({ __typename: 'AuthSession' });
  await listening.close();
  expect(heard).toEqual([unused]);
  const after = await liveOf(id);
  expect(after).toHaveLength(50);
  expect(before.filter((session) => !after.includes(session))).toEqual([unused]);
  expect(await liveOf(neighbour)).toEqual([sessionId]);
});

test('keeps fifty of many that begin at the same time', async () => {
  const { id } = await user.account();
  await Promise.all(Array.from({ length: 80 }, () => start(id)));
  expect(await liveOf(id)).toHaveLength(50);
});

test('does not count sessions that have ended, or were not used for too long', async () => {
  const { id } = await user.account();
  for (let count = 0; count < 49; count += 1) await start(id);
  const [ended, expired] = await liveOf(id);
  await user.test.database.run(
    `UPDATE session SET ended_at = now(), last_used_at = now() + $2::interval WHERE id = $1`,
    [ended, '1 hour'],
  );
  await user.test.database.run(
    `UPDATE session SET expires_at = now(), last_used_at = now() + $2::interval WHERE id = $1`,
    [expired, '1 hour'],
  );
  const before = await liveOf(id);
  await start(id);
  await start(id);
  expect(await liveOf(id)).toEqual(expect.arrayContaining(before));
});
