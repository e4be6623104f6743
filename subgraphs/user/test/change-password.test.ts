import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ANONYMOUS } from '@stampede/shared/identity';
import type { TestAccount } from '@stampede/shared/testing';
import { asUser, openUser, PASSWORD, REFRESH, type UserUnderTest } from './open-user.js';
import { call, client, GOOD_PASSWORD, kindsOf, newEmail, refusal, signIn } from './sign-up.fixture.js';

let user: UserUnderTest;
beforeAll(async () => {
  user = await openUser({
    rates: {
      passwordsPerAccount: { times: 3, seconds: 900 },
      passwordsPerAddress: { times: 3, seconds: 900 },
    },
  });
});
afterAll(() => user[Symbol.asyncDispose]());

const change = (account: TestAccount, current = PASSWORD, next = GOOD_PASSWORD, from = client()) =>
  call(user, 'changePassword', { current, new: next }, { identity: asUser(account), from });

test('changes the password and signs every other device out', async () => {
  const account = await user.account();
  const other = await signIn(user, account.email, PASSWORD);
  await signIn(user, account.email, PASSWORD);
  expect(await change(account)).toEqual({ __typename: 'PasswordChanged', sessionsEnded: 2 });
  const { data } = await user.ask(REFRESH, { token: other.refreshToken });
  expect(data.refreshSession.__typename).toBe('InvalidToken');
  const live = await user.test.database.query(
    'SELECT id FROM session WHERE account_id = $1 AND ended_at IS NULL',
    [account.id],
  );
  expect(live).toEqual([{ id: account.sessionId }]);
  expect(await signIn(user, account.email)).toMatchObject({ __typename: 'AuthSession' });
});

test('changes nothing for who does not know the current password, or has none', async () => {
  const account = await user.account();
  expect(await change(account, 'not the password')).toMatchObject({ __typename: 'InvalidCredentials' });
  await user.test.database.run('UPDATE account SET password_hash = NULL WHERE id = $1', [account.id]);
  for (const current of ['', PASSWORD])
    expect(await change(account, current)).toMatchObject({ __typename: 'InvalidCredentials' });
  expect(await signIn(user, account.email)).toMatchObject({ __typename: 'InvalidCredentials' });
});

test('lets one of two changes at the same time win', async () => {
  const account = await user.account();
  const answers = await Promise.all([change(account), change(account, PASSWORD, 'another green umbrella')]);
  expect(kindsOf(answers)).toEqual(['InvalidCredentials', 'PasswordChanged']);
});

test('counts wrong passwords, apart from those of sign-ins, and says when to come again', async () => {
  const account = await user.account();
  for (let count = 0; count < 4; count += 1) await signIn(user, account.email, 'not the password');
  expect(await signIn(user, account.email, PASSWORD)).toMatchObject({ __typename: 'TooManyAttempts' });
  for (let count = 0; count < 3; count += 1)
    expect(await change(account, 'not the password')).toMatchObject({ __typename: 'InvalidCredentials' });
  const [error] = await change(account);
  expect(error.extensions).toEqual({ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) });
  expect(error.extensions.retryAfterMs).toBeGreaterThan(890_000);
  expect(error.extensions.retryAfterMs).toBeLessThanOrEqual(900_000);
});

test('is open to who shares an address with somebody who guesses, and takes nothing from it', async () => {
  const from = client();
  const account = await user.account();
  for (let count = 0; count < 3; count += 1)
    expect(await change(account, 'not the password', GOOD_PASSWORD, from)).toMatchObject({
      __typename: 'InvalidCredentials',
    });
  const neighbour = await user.account();
  for (let count = 0; count < 3; count += 1)
    expect(await signIn(user, newEmail(), 'not the password', from)).toMatchObject({
      __typename: 'InvalidCredentials',
    });
  expect(await signIn(user, neighbour.email, PASSWORD, from)).toMatchObject({
    __typename: 'TooManyAttempts',
  });
  expect(await change(neighbour, PASSWORD, GOOD_PASSWORD, from)).toMatchObject({
    __typename: 'PasswordChanged',
  });
});

test('gives an attempt back when the password could not be checked', async () => {
  const account = await user.account();
  const setHash = (hash: string | null) =>
    user.test.database.query<{ password_hash: string }>(
      'UPDATE account SET password_hash = $2 WHERE id = $1',
      [account.id, hash],
    );
  const [row] = await user.test.database.query<{ password_hash: string }>(
    'SELECT password_hash FROM account WHERE id = $1',
    [account.id],
  );
  await setHash('no hash');
  for (let count = 0; count < 4; count += 1) expect(await change(account)).toEqual(refusal('INTERNAL'));
  await setHash(row?.password_hash ?? null);
  expect(await change(account)).toMatchObject({ __typename: 'PasswordChanged' });
});

test('refuses a weak new password without counting, and a current one that none can be', async () => {
  const account = await user.account();
  for (let count = 0; count < 4; count += 1)
    expect(await change(account, PASSWORD, 'qwertyuiop')).toEqual(refusal('BAD_USER_INPUT', 'new'));
  expect(await change(account, 'x'.repeat(257))).toEqual(refusal('BAD_USER_INPUT', 'current'));
  expect(await change(account)).toMatchObject({ __typename: 'PasswordChanged' });
});

test('is for who is signed in', async () => {
  const variables = { current: PASSWORD, new: GOOD_PASSWORD };
  expect(await call(user, 'changePassword', variables, { identity: ANONYMOUS })).toEqual(
    refusal('UNAUTHENTICATED'),
  );
});
