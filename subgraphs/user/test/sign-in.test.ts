import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { asUser, openUser, PASSWORD, SIGN_IN, type Data, type UserUnderTest } from './open-user.js';

let user: UserUnderTest;
beforeAll(async () => {
  user = await openUser();
});
afterAll(() => user[Symbol.asyncDispose]());

const signIn = async (email: string, password = PASSWORD, device?: string): Promise<Data> => {
  const { data, errors } = await user.ask(SIGN_IN, { input: { email, password, device } });
  return data?.signIn ?? errors;
};

test('signs in who knows the password, on a session that shows the device', async () => {
  const { id, email } = await user.account();
  const answer = await signIn(email, PASSWORD, '  Phone\u0000\n ');
  expect(answer).toMatchObject({ __typename: 'AuthSession', user: { id, email } });
  expect(answer.user.sessions).toContainEqual({ id: expect.any(String), device: 'Phone', current: true });
  expect(answer.user.sessions.filter(({ current }: Data) => current)).toHaveLength(1);
  expect(answer.refreshToken).toMatch(/^[A-Za-z0-9_-]{43}$/);
});

test('finds the account however its address is written', async () => {
  const { email } = await user.account();
  expect(await signIn(email.toUpperCase())).toMatchObject({ __typename: 'AuthSession', user: { email } });
});

test('signs an access token that the published keys verify, with the role and the session, for 15 minutes', async () => {
  const seller = await user.account('SELLER');
  const answer = await signIn(seller.email);
  const jwks = createRemoteJWKSet(new URL(`${user.url}/.well-known/jwks.json`));
  const { payload, protectedHeader } = await jwtVerify(answer.accessToken, jwks, {
    issuer: 'stampede',
    audience: 'stampede',
    typ: 'at+jwt',
    algorithms: ['RS256'],
  });
  const { id: sid } = answer.user.sessions.find(({ current }: Data) => current);
  expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'at+jwt', kid: expect.any(String) });
  expect(payload).toMatchObject({ sub: seller.id, role: 'SELLER', sid });
  expect(payload.exp! - payload.iat!).toBe(15 * 60);
  expect(new Date(answer.accessTokenExpiresAt).getTime()).toBe(payload.exp! * 1_000);
});

test('publishes the public half of every key and nothing private, under RFC 7638 thumbprints', async () => {
  const { calculateJwkThumbprint } = await import('jose');
  const response = await fetch(`${user.url}/.well-known/jwks.json`);
  const { keys } = (await response.json()) as Data;
  expect(keys).toHaveLength(2);
  for (const key of keys) {
    expect(Object.keys(key).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
    expect(key.kid).toBe(await calculateJwkThumbprint(key));
  }
  const { email } = await user.account();
  expect(decodeProtectedHeader((await signIn(email)).accessToken).kid).toBe(keys[0].kid);
});

test('makes tokens that the load tests’ own tokens equal in header and claims', async () => {
  const account = await user.account();
  const ours = (await signIn(account.email)).accessToken;
  const theirs = account.accessToken;
  const jwks = createRemoteJWKSet(new URL(`${user.url}/.well-known/jwks.json`));
  const { payload } = await jwtVerify(theirs, jwks, {
    issuer: 'stampede',
    audience: 'stampede',
    typ: 'at+jwt',
  });
  expect(decodeProtectedHeader(theirs)).toEqual(decodeProtectedHeader(ours));

  const { iat, exp, jti, sid, ...same } = decodeJwt(ours);
  const uuid = expect.stringMatching(/^[0-9a-f-]{36}$/);
  expect(jti).toEqual(uuid);
  expect(payload).toEqual({
    ...same,
    sid: account.sessionId,
    iat: expect.any(Number),
    exp: payload.iat! + 12 * 3_600,
    jti: uuid,
  });
  expect(payload.sid).not.toBe(sid);
  expect(payload.jti).not.toBe(jti);
  expect(exp! - iat!).toBe(900);
});

test('tells a wrong password from an unknown account neither by its answer nor by its work', async () => {
  const { email } = await user.account();
  const checks = () => user.metric('stampede_password_checks_total');
  const start = await checks();
  const wrong = await signIn(email, 'wrong');
  const afterWrong = await checks();
  const unknown = await signIn('nobody@stampede.test', PASSWORD);
  const afterUnknown = await checks();
  expect(wrong.__typename).toBe('InvalidCredentials');
  expect(unknown).toEqual(wrong);
  expect([afterWrong - start, afterUnknown - afterWrong]).toEqual([1, 1]);
});

test('refuses an account without a password, whatever is tried', async () => {
  const { id, email } = await user.account();
  await user.test.database.run(`UPDATE account SET password_hash = NULL WHERE id = $1`, [id]);
  for (const password of ['', PASSWORD])
    expect((await signIn(email, password)).__typename).toBe('InvalidCredentials');
});

test('tells who knows the password, and nobody else, that the address waits to be verified', async () => {
  const { id, email } = await user.account();
  await user.test.database.run(`UPDATE account SET email_verified_at = NULL WHERE id = $1`, [id]);
  expect(await signIn(email)).toMatchObject({ __typename: 'EmailNotVerified', email });
  expect((await signIn(email, 'wrong')).__typename).toBe('InvalidCredentials');
  const sessions = await user.test.database.query(`SELECT 1 FROM session WHERE account_id = $1`, [id]);
  expect(sessions).toHaveLength(1);
});

test.each([
  ['a password that is too long', { password: 'x'.repeat(257) }, 'BAD_USER_INPUT'],
  ['a device that is too long', { device: 'x'.repeat(101) }, 'BAD_USER_INPUT'],
  ['an address that is none', { email: 'nobody' }, 'BAD_USER_INPUT'],
  ['a missing password', { password: undefined }, 'BAD_USER_INPUT'],
])('refuses %s', async (_, change, code) => {
  const input = { email: 'nobody@stampede.test', password: PASSWORD, ...change };
  const { errors } = await user.ask(SIGN_IN, { input });
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual([code]);
});

test('keeps personal data and tokens unreadable in the database', async () => {
  const { id, email } = await user.account();
  const { refreshToken } = await signIn(email);
  const account = await user.test.database.query(`SELECT * FROM account WHERE id = $1`, [id]);
  const sessions = await user.test.database.query(`SELECT * FROM session WHERE account_id = $1`, [id]);
  const token = Buffer.from(refreshToken, 'base64url');
  const cells = [...account, ...sessions].flatMap((row) => Object.values(row));
  for (const cell of cells) {
    const bytes = Buffer.isBuffer(cell) ? cell : Buffer.from(String(cell));
    for (const secret of [Buffer.from(email), token.subarray(0, 16), token.subarray(16)]) {
      expect(bytes.includes(secret)).toBe(false);
    }
  }
  const { me } = (
    await user.ask('{ me { email name } }', {}, asUser({ id, email, accessToken: '', sessionId: '' }))
  ).data;
  expect(me).toEqual({ email, name: expect.stringMatching(/^Test \d+$/) });
});
