import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { randomBytes } from 'node:crypto';
import { readSigningKeys } from '../src/tokens/signing-keys.js';
import { tokenTo } from './mailbox.js';
import { newSigningKey, openUser, PASSWORD, REFRESH, type Data, type UserUnderTest } from './open-user.js';
import { call, GOOD_PASSWORD, newEmail, signIn, signUpInput } from './sign-up.fixture.js';

const OLD_SIGNING = newSigningKey();
const NEW_SIGNING = newSigningKey();
const key = () => randomBytes(32).toString('base64');
const OLD_SEALING = `old:${key()},index:${key()}`;
const NEW_SEALING = `new:${key()},${OLD_SEALING}`;

/** The same service, before the change of its keys, after it, and when the old signing key was taken away. */
let before: UserUnderTest;
let after: UserUnderTest;
let withoutOld: UserUnderTest;
beforeAll(async () => {
  before = await openUser({ signingKeys: OLD_SIGNING, sealingKeys: OLD_SEALING });
  const beside = { beside: before, sealingKeys: NEW_SEALING };
  after = await openUser({ ...beside, signingKeys: `${NEW_SIGNING}${OLD_SIGNING}` });
  withoutOld = await openUser({ ...beside, signingKeys: NEW_SIGNING });
});
afterAll(async () => {
  await after[Symbol.asyncDispose]();
  await withoutOld[Symbol.asyncDispose]();
  await before[Symbol.asyncDispose]();
});

const refresh = async (user: UserUnderTest, token: string): Promise<Data> =>
  (await user.ask(REFRESH, { token })).data?.refreshSession;
const verifiedBy = async (user: UserUnderTest, token: string) => {
  const jwks = createRemoteJWKSet(new URL(`${user.url}/.well-known/jwks.json`));
  return jwtVerify(token, jwks, { issuer: 'stampede', audience: 'stampede' }).then(
    () => true,
    () => false,
  );
};

test('refreshes a session of before a change of keys, and signs its tokens by the new key', async () => {
  const { id, email } = await before.account();
  const { refreshToken } = await signIn(before, email, PASSWORD);
  const refreshed = await refresh(after, refreshToken);
  expect(refreshed).toMatchObject({ __typename: 'AuthSession', user: { id } });
  const { kid } = readSigningKeys(NEW_SIGNING).current;
  expect(decodeProtectedHeader(refreshed.accessToken).kid).toBe(kid);
  // Also by what still runs with the keys of before, as one replica after the other is started anew.
  expect(await refresh(before, refreshed.refreshToken)).toMatchObject({ __typename: 'AuthSession' });
});

test('publishes what verifies an access token of the old key until that is taken away', async () => {
  const { email } = await before.account();
  const { accessToken, refreshToken } = await signIn(before, email, PASSWORD);
  expect(await verifiedBy(after, accessToken)).toBe(true);
  expect(await verifiedBy(withoutOld, accessToken)).toBe(false);
  expect(await refresh(withoutOld, refreshToken)).toMatchObject({ __typename: 'AuthSession' });
});

test('follows links that were mailed, and mails that were queued, before a change of keys', async () => {
  const mailed = newEmail();
  await call(before, 'signUp', signUpInput(mailed));
  const token = await tokenTo(before, mailed);
  const { user } = await call(after, 'verifyEmail', { token });
  expect(user).toMatchObject({ email: mailed, name: '홍길동' });

  await call(before, 'requestPasswordReset', { email: mailed });
  const reset = { token: await tokenTo(after, mailed), new: `${GOOD_PASSWORD} of another colour` };
  expect(await call(after, 'resetPassword', reset)).toMatchObject({ __typename: 'PasswordChanged' });
  expect(await signIn(after, mailed, reset.new)).toMatchObject({ user: { id: user.id } });
});
