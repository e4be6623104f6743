import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { openUser, PASSWORD, REFRESH, SIGN_IN, type Data, type UserUnderTest } from './open-user.js';

let user: UserUnderTest;
beforeAll(async () => {
  user = await openUser();
});
afterAll(() => user[Symbol.asyncDispose]());

const refresh = async (token: string | null): Promise<Data> =>
  (await user.ask(REFRESH, { token })).data.refreshSession;

async function signedIn() {
  const { id, email } = await user.account();
  const { data } = await user.ask(SIGN_IN, { input: { email, password: PASSWORD } });
  const sid = decodeJwt(data.signIn.accessToken).sid as string;
  return { id, sid, first: data.signIn.refreshToken as string };
}

const ageRotation = (sid: string, by: string) =>
  user.test.database.run(`UPDATE session SET rotated_at = rotated_at - $2::interval WHERE id = $1`, [
    sid,
    by,
  ]);

const isLive = async (sid: string) =>
  (await user.test.database.query(`SELECT 1 FROM session WHERE id = $1 AND ended_at IS NULL`, [sid]))
    .length === 1;

test('gives new tokens of the same session, and moves its end 30 days away', async () => {
  const { id, sid, first } = await signedIn();
  await user.test.database.run(`UPDATE session SET expires_at = now() + interval '1 minute' WHERE id = $1`, [
    sid,
  ]);
  const next = await refresh(first);
  expect(next).toMatchObject({ __typename: 'AuthSession', user: { id } });
  expect(next.refreshToken).not.toBe(first);
  expect(decodeJwt(next.accessToken)).toMatchObject({ sub: id, sid, role: 'BUYER' });
  const [{ days }] = (await user.test.database.query(
    `SELECT round(extract(epoch FROM expires_at - now()) / 86400)::int AS days FROM session WHERE id = $1`,
    [sid],
  )) as [Data];
  expect(days).toBe(30);
  expect((await refresh(next.refreshToken)).__typename).toBe('AuthSession');
});

test('carries the role of now, not that of the sign-in', async () => {
  const { id, first } = await signedIn();
  await user.test.database.run(`UPDATE account SET role = 'OPERATOR' WHERE id = $1`, [id]);
  expect(decodeJwt((await refresh(first)).accessToken).role).toBe('OPERATOR');
});

test('gives the same next token again within ten seconds, for an answer that was lost', async () => {
  const { sid, first } = await signedIn();
  const lost = await refresh(first);
  await ageRotation(sid, '9 seconds');
  const again = await refresh(first);
  expect(again.refreshToken).toBe(lost.refreshToken);
  expect((await refresh(again.refreshToken)).__typename).toBe('AuthSession');
  expect(await isLive(sid)).toBe(true);
});

test('ends the session when the token before the current one comes after ten seconds', async () => {
  const { sid, first } = await signedIn();
  const next = await refresh(first);
  await ageRotation(sid, '11 seconds');
  expect((await refresh(first)).__typename).toBe('InvalidToken');
  expect(await isLive(sid)).toBe(false);
  expect((await refresh(next.refreshToken)).__typename).toBe('InvalidToken');
});

test('ends the session when any older token comes, however soon', async () => {
  const { sid, first } = await signedIn();
  const second = await refresh(first);
  const third = await refresh(second.refreshToken);
  expect((await refresh(first)).__typename).toBe('InvalidToken');
  expect(await isLive(sid)).toBe(false);
  expect((await refresh(third.refreshToken)).__typename).toBe('InvalidToken');
});

test('rotates once for twenty refreshes at once: one next token, one live session', async () => {
  const { sid, first } = await signedIn();
  const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(first)));
  expect(new Set(answers.map(({ refreshToken }) => refreshToken)).size).toBe(1);
  expect((await refresh(answers[0].refreshToken)).__typename).toBe('AuthSession');
  expect(await isLive(sid)).toBe(true);
});

test('ends no other session of the account', async () => {
  const one = await signedIn();
  const other = await signedIn();
  await refresh(one.first);
  await ageRotation(one.sid, '11 seconds');
  await refresh(one.first);
  expect((await refresh(other.first)).__typename).toBe('AuthSession');
});

test('refuses an expired session', async () => {
  const { sid, first } = await signedIn();
  await user.test.database.run(`UPDATE session SET expires_at = now() WHERE id = $1`, [sid]);
  expect((await refresh(first)).__typename).toBe('InvalidToken');
});

test.each([null, '', 'nonsense', 'A'.repeat(43), '\u0000'.repeat(43)])(
  'refuses %j, which no session gave',
  async (token) => {
    expect(await refresh(token)).toEqual({
      __typename: 'InvalidToken',
      message: 'This sign-in is no longer valid. Please sign in again.',
    });
  },
);
