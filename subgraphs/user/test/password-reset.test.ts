import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { emailIndex } from '../src/account.entity.js';
import { lettersTo, tokenIn, tokenTo } from './mailbox.js';
import { asUser, openUser, PASSWORD, REFRESH, type UserUnderTest } from './open-user.js';
import {
  call,
  client,
  GOOD_PASSWORD,
  kindsOf,
  newcomer,
  newEmail,
  refusal,
  signIn,
  signUpInput,
} from './sign-up.fixture.js';

const HOUR_MS = 3_600_000;

let user: UserUnderTest;
beforeAll(async () => {
  user = await openUser({ rates: { mailsPerRecipient: { times: 100, seconds: 3_600 } } });
});
afterAll(() => user[Symbol.asyncDispose]());

const request = (email: string) => call(user, 'requestPasswordReset', { email });
const reset = (token: string, password = GOOD_PASSWORD) =>
  call(user, 'resetPassword', { token, new: password });
async function tokenFor(email: string): Promise<string> {
  await request(email);
  return tokenTo(user, email);
}
const linksTo = (email: string) =>
  user.test.database.query('SELECT purpose FROM mail_link WHERE email_index = $1', [
    emailIndex(user.sealer, email),
  ]);
const invalid = { __typename: 'InvalidToken', message: expect.stringMatching(/link/) };

test('resets a password by a mailed link within the hour, and signs every device out', async () => {
  const { email } = await user.account();
  const { refreshToken } = await signIn(user, email, PASSWORD);
  const asked = Date.now();
  const { expiresAt } = await request(email);
  expect(new Date(expiresAt).getTime() - asked).toBeLessThanOrEqual(HOUR_MS + Date.now() - asked);
  expect(new Date(expiresAt).getTime() - asked).toBeGreaterThanOrEqual(HOUR_MS);

  expect(await reset(await tokenTo(user, email))).toEqual({
    __typename: 'PasswordChanged',
    sessionsEnded: 2,
  });
  const { data } = await user.ask(REFRESH, { token: refreshToken });
  expect(data.refreshSession.__typename).toBe('InvalidToken');
  expect(await signIn(user, email, PASSWORD)).toMatchObject({ __typename: 'InvalidCredentials' });
  expect(await signIn(user, email)).toMatchObject({ __typename: 'AuthSession' });
});

test('sets a first password for who has signed in by a provider only', async () => {
  const { id, email } = await user.account();
  await user.test.database.run('UPDATE account SET password_hash = NULL WHERE id = $1', [id]);
  expect(await reset(await tokenFor(email))).toMatchObject({ __typename: 'PasswordChanged' });
  expect(await signIn(user, email)).toMatchObject({ user: { id } });
});

test('answers an unknown address as a known one, by the same work, and mails it nothing', async () => {
  const { email } = await user.account();
  const unknown = newEmail();
  const [toKnown, toUnknown] = [await request(email), await request(unknown)];
  expect(Object.keys(toUnknown)).toEqual(Object.keys(toKnown));
  expect(await linksTo(unknown)).toEqual(await linksTo(email));
  expect(await lettersTo(user, unknown)).toEqual([null]);
  expect(await lettersTo(user, email)).toEqual([expect.objectContaining({ subject: expect.any(String) })]);
});

test('mails nothing to an address that waits to be verified: it may be somebody else’s', async () => {
  const email = newEmail();
  const { id } = await user.account();
  await user.test.database.run(
    'UPDATE account SET email = $2, email_index = NULL, email_verified_at = NULL WHERE id = $1',
    [id, user.sealer.seal(email, { table: 'account', column: 'email', row: id })],
  );
  await request(email);
  expect(await lettersTo(user, email)).toEqual([null]);
});

test('mails in the language of who asks', async () => {
  const { email } = await user.account();
  await call(user, 'requestPasswordReset', { email }, { from: client({ language: 'ko' }) });
  expect((await lettersTo(user, email))[0]?.subject).toMatch(/비밀번호/);
});

test.each<[string, string]>([
  ['short', 'x7$kQ.p!a'],
  ['common', 'qwertyuiop'],
  ['nothing but the name', 'Gildong-Hong!'],
])('refuses a new password that is %s, and leaves the link', async (_, password) => {
  const { id, email } = await user.account();
  await user.test.database.run('UPDATE account SET name = $2 WHERE id = $1', [
    id,
    user.sealer.seal('Hong Gildong', { table: 'account', column: 'name', row: id }),
  ]);
  const token = await tokenFor(email);
  expect(await reset(token, password)).toEqual(refusal('BAD_USER_INPUT', 'new'));
  expect(await signIn(user, email, PASSWORD)).toMatchObject({ __typename: 'AuthSession' });
  expect(await reset(token)).toMatchObject({ __typename: 'PasswordChanged' });
});

test('lets a link be used once, and with it ends all others, by whatever click comes first', async () => {
  const { email } = await user.account();
  const tokens = [await tokenFor(email), await tokenFor(email), await tokenFor(email)];
  const [first = '', second = ''] = tokens;
  const answers = await Promise.all([reset(first), reset(first), reset(second, 'another green umbrella')]);
  expect(kindsOf(answers)).toEqual(['InvalidToken', 'InvalidToken', 'PasswordChanged']);
  for (const token of tokens) expect(await reset(token)).toEqual(invalid);
  expect(await linksTo(email)).toEqual([]);
});

test('refuses a link after its hour, and one of an account that is gone', async () => {
  const { id, email } = await user.account();
  const late = await tokenFor(email);
  await user.test.database.run('UPDATE mail_link SET expires_at = now()');
  expect(await reset(late)).toEqual(invalid);
  const orphaned = await tokenFor(email);
  await user.test.database.run('DELETE FROM account WHERE id = $1', [id]);
  expect(await reset(orphaned)).toEqual(invalid);
});

test('refuses tokens of other kinds', async () => {
  const email = newEmail();
  const { accessToken, refreshToken } = await newcomer(user, email);
  const waiting = newEmail();
  await call(user, 'signUp', signUpInput(waiting));
  const signUpToken = await tokenTo(user, waiting);
  for (const token of ['', 'x'.repeat(10_000), accessToken, refreshToken, signUpToken])
    expect(await reset(token)).toEqual(invalid);
  expect(await call(user, 'verifyEmail', { token: signUpToken })).toMatchObject({
    __typename: 'AuthSession',
  });
});

test('forgets the wrong passwords that came before', async () => {
  const { email } = await user.account();
  const wrong = () => signIn(user, email, 'not the password');
  for (let count = 0; count < 10; count += 1) await wrong();
  expect(await wrong()).toMatchObject({ __typename: 'TooManyAttempts' });
  await reset(await tokenFor(email));
  expect(await signIn(user, email)).toMatchObject({ __typename: 'AuthSession' });
});

test('keeps links away from whoever reads the database', async () => {
  const { email } = await user.account();
  await request(email);
  const rows = [
    ...(await user.test.database.query('SELECT * FROM mail_link')),
    ...(await user.test.database.query('SELECT * FROM mail')),
  ];
  const [letter] = await lettersTo(user, email);
  const token = (letter && tokenIn(letter)) ?? '';
  expect(token).toHaveLength(43);
  for (const cell of rows.flatMap((row) => Object.values(row)))
    for (const secret of [token, email])
      expect(String(Buffer.isBuffer(cell) ? cell.toString('latin1') : cell)).not.toContain(secret);
});

test('ends a reset that was asked for when the password is changed', async () => {
  const account = await user.account();
  const token = await tokenFor(account.email);
  const variables = { current: PASSWORD, new: GOOD_PASSWORD };
  await call(user, 'changePassword', variables, { identity: asUser(account) });
  expect(await reset(token, 'another green umbrella')).toEqual(invalid);
});
