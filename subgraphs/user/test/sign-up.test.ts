import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newestLinkTo, addLink, linkEnds, newLinkToken } from '../src/mail-link.entity.js';
import { emailIndex } from '../src/account.entity.js';
import { openUser, PASSWORD, type Data, type UserUnderTest } from './open-user.js';
import { lettersTo, tokenIn, tokenTo } from './mailbox.js';
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

const signUp = (email: string, more: object = {}) => call(user, 'signUp', signUpInput(email, more));
const follow = (token: string, device?: string) => call(user, 'verifyEmail', { token, device });
const linksTo = (email: string) =>
  user.test.database.query('SELECT * FROM mail_link WHERE email_index = $1', [
    emailIndex(user.sealer, email),
  ]);
const accountsOf = (email: string) =>
  user.test.database.query('SELECT * FROM account WHERE email_index = $1', [emailIndex(user.sealer, email)]);
const expire = (email: string) =>
  user.test.database.run(`UPDATE mail_link SET expires_at = now() WHERE email_index = $1`, [
    emailIndex(user.sealer, email),
  ]);
const invalid = { __typename: 'InvalidToken', message: expect.stringMatching(/link/) };

test('signs up by a mailed link: the account is as it was told, signed in, and signs in again', async () => {
  const email = newEmail();
  const asked = Date.now();
  const sent = await signUp(email, { phone: '+82 10-1234-5678', name: '  홍길동 ' });
  expect(sent.email).toBe(email);
  expect(new Date(sent.expiresAt).getTime() - asked).toBeGreaterThanOrEqual(24 * HOUR_MS);
  expect(new Date(sent.expiresAt).getTime() - Date.now()).toBeLessThanOrEqual(24 * HOUR_MS);
  expect(await accountsOf(email)).toEqual([]);

  const answer = await follow(await tokenTo(user, email), 'Phone');
  expect(answer).toMatchObject({
    __typename: 'AuthSession',
    user: {
      email,
      name: '홍길동',
      phone: '+82 10-1234-5678',
      emailVerified: true,
      role: 'BUYER',
      sessions: [{ device: 'Phone', current: true }],
    },
  });
  expect(await linksTo(email)).toEqual([]);
  expect(await signIn(user, email)).toMatchObject({
    __typename: 'AuthSession',
    user: { id: answer.user.id },
  });
  expect(await signIn(user, email, 'another password')).toMatchObject({ __typename: 'InvalidCredentials' });
});

test('keeps nothing readable of a sign-up, nor its token', async () => {
  const email = newEmail();
  await signUp(email, { phone: '010 0000 1111' });
  const rows = [...(await linksTo(email)), ...(await user.test.database.query('SELECT * FROM mail'))];
  const token = await tokenTo(user, email);
  const secrets = [email, '홍길동', '010 0000 1111', token, GOOD_PASSWORD].map((text) => Buffer.from(text));
  const cells = rows
    .flatMap((row) => Object.values(row))
    .map((cell) => (Buffer.isBuffer(cell) ? cell : Buffer.from(String(cell))));
  expect(cells.length).toBeGreaterThan(10);
  for (const secret of [...secrets, Buffer.from(token, 'base64url')])
    expect(cells.some((cell) => cell.includes(secret))).toBe(false);
});

test('answers a known address as an unknown one, by the same work, and mails it something else', async () => {
  const { email } = await user.account();
  const unknown = newEmail();
  const rowsOf = async (address: string) => ({
    links: (await linksTo(address)).map((row) => Object.keys(row).filter((column) => row[column] !== null)),
    mails: (await user.test.database.query('SELECT kind FROM mail')).length,
  });
  const before = await rowsOf(unknown);
  const toUnknown = await signUp(unknown);
  const between = await rowsOf(unknown);
  const toKnown = await signUp(email);
  const after = await rowsOf(email);
  expect(Object.keys(toKnown)).toEqual(Object.keys(toUnknown));
  expect(after.links).toEqual(between.links);
  expect([between.mails - before.mails, after.mails - between.mails]).toEqual([1, 1]);

  const [letter, ...others] = await lettersTo(user, email);
  expect(others).toEqual([]);
  expect(letter?.subject).toMatch(/have an account/);
  expect(letter && tokenIn(letter)).toBeUndefined();
  expect(letter?.text).not.toMatch(/token/);
  const [link] = await lettersTo(user, unknown);
  expect(link && tokenIn(link)).toBeDefined();
});

test('does not give an account to who signs up with its address, even should they know the link', async () => {
  const { email, id } = await user.account();
  const token = newLinkToken();
  const passwordHash = '$argon2id$v=19$m=64,t=1,p=1$dPL0ZvyhU4/5Jc7b8jNnNQ$x';
  const link = { token, email, name: 'x', passwordHash, expiresAt: linkEnds('SIGN_UP') };
  await addLink(user.test.database, user.sealer, { purpose: 'SIGN_UP', language: 'en', ...link });
  expect(await follow(token)).toEqual(invalid);
  expect(await signIn(user, email, PASSWORD)).toMatchObject({ __typename: 'AuthSession', user: { id } });
});

test('writes in the language of who asks, and keeps it with the account until they sign in in another', async () => {
  const email = newEmail();
  await call(user, 'signUp', signUpInput(email), { from: client({ language: 'ko' }) });
  const [letter] = await lettersTo(user, email);
  expect(letter?.subject).toMatch(/가입/);
  await follow((letter && tokenIn(letter)) ?? '');
  const language = async () => (await accountsOf(email)).map((row) => row.language);
  expect(await language()).toEqual(['ko']);
  await signIn(user, email, 'a wrong password', client({ language: 'en' }));
  expect(await language()).toEqual(['ko']);
  await signIn(user, email, GOOD_PASSWORD, client({ language: 'en' }));
  expect(await language()).toEqual(['en']);
});

test('lets a link be followed once: of two clicks at the same time, one makes the only account', async () => {
  const email = newEmail();
  await signUp(email);
  const token = await tokenTo(user, email);
  const answers = await Promise.all([follow(token), follow(token), follow(token)]);
  expect(kindsOf(answers)).toEqual(['AuthSession', 'InvalidToken', 'InvalidToken']);
  expect(await accountsOf(email)).toHaveLength(1);
  expect(await follow(token)).toEqual(invalid);
});

test('completes one of two sign-ups with an address, and ends the other one', async () => {
  const email = newEmail();
  await signUp(email, { password: 'first umbrella of three' });
  const first = await tokenTo(user, email);
  await signUp(email, { password: 'second umbrella of three' });
  const second = await tokenTo(user, email);
  expect(await follow(first)).toMatchObject({ __typename: 'AuthSession' });
  expect(await linksTo(email)).toEqual([]);
  expect(await follow(second)).toEqual(invalid);
});

test.each([
  ['one’s own', 1],
  ['the other one’s', 0],
])('gives nobody’s password to an account that two have signed up for, by %s link', async (_, which) => {
  const email = newEmail();
  const passwords = ['the umbrella of a stranger', GOOD_PASSWORD];
  const links: string[] = [];
  for (const password of passwords) {
    await signUp(email, { password });
    links.push(await tokenTo(user, email));
  }
  const answer = await follow(links[which] ?? '');
  expect(answer).toMatchObject({ __typename: 'AuthSession', user: { email, emailVerified: true } });
  for (const password of passwords)
    expect(await signIn(user, email, password)).toMatchObject({ __typename: 'InvalidCredentials' });
  await call(user, 'resetPassword', { token: await resetToken(email), new: GOOD_PASSWORD });
  expect(await signIn(user, email)).toMatchObject({ user: { id: answer.user.id } });
});

test('keeps the password of who has signed up twice with it, at the same moment as well', async () => {
  const email = newEmail();
  await Promise.all([signUp(email), signUp(email)]);
  const [first] = await lettersTo(user, email);
  expect(await follow((first && tokenIn(first)) ?? '')).toMatchObject({ __typename: 'AuthSession' });
  expect(await signIn(user, email)).toMatchObject({ __typename: 'AuthSession' });
});

test('lets a sign-up that has ended take nobody’s password away', async () => {
  const email = newEmail();
  await signUp(email, { password: 'the umbrella of a stranger' });
  await lettersTo(user, email);
  await expire(email);
  await signUp(email);
  await follow(await tokenTo(user, email));
  expect(await signIn(user, email)).toMatchObject({ __typename: 'AuthSession' });
});

test('completes one of many sign-ups with an address whose links are followed at the same time', async () => {
  const email = newEmail();
  const tokens: string[] = [];
  for (let count = 0; count < 5; count += 1) {
    await signUp(email);
    tokens.push(await tokenTo(user, email));
  }
  const answers = await Promise.all(tokens.map((token) => follow(token)));
  expect(answers.filter(({ __typename }) => __typename === 'AuthSession')).toHaveLength(1);
  expect(answers.filter(({ __typename }) => __typename === 'InvalidToken')).toHaveLength(4);
  expect(await accountsOf(email)).toHaveLength(1);
});

test('refuses a link after 24 hours, also in a mail that was waiting', async () => {
  const email = newEmail();
  await signUp(email);
  const token = await tokenTo(user, email);
  await signUp(email);
  await expire(email);
  expect(await follow(token)).toEqual(invalid);
  expect(await lettersTo(user, email)).toEqual([null]);
  expect(await accountsOf(email)).toEqual([]);
});

test('resends the latest sign-up under another link; both work, until one is followed', async () => {
  const email = newEmail();
  await signUp(email, { password: 'first umbrella of three' });
  await expire(email);
  await signUp(email, { password: 'second umbrella of three', phone: '010-1111-2222' });
  const [, latest] = await lettersTo(user, email);
  const again = await call(user, 'resendVerification', { email });
  expect(again).toEqual({ email, expiresAt: expect.any(String) });
  const token = await tokenTo(user, email);
  expect(token).not.toBe(latest && tokenIn(latest));
  expect(await follow(token)).toMatchObject({
    __typename: 'AuthSession',
    user: { phone: '010-1111-2222', name: '홍길동' },
  });
  expect(await follow((latest && tokenIn(latest)) ?? '')).toEqual(invalid);
  expect(await signIn(user, email, 'second umbrella of three')).toMatchObject({ __typename: 'AuthSession' });
});

test('makes one link of a resent mail, however often it is composed before it gets through', async () => {
  const email = newEmail();
  await signUp(email);
  await call(user, 'resendVerification', { email });
  const [mail] = await user.test.database.query('SELECT * FROM mail ORDER BY created_at DESC LIMIT 1');
  await lettersTo(user, email);
  const columns = Object.keys(mail ?? {});
  await user.test.database.run(
    `INSERT INTO mail (${columns.join(', ')}) VALUES (${columns.map((_, index) => `$${index + 1}`).join(', ')})`,
    Object.values(mail ?? {}),
  );
  expect(await lettersTo(user, email)).toHaveLength(1);
  expect(await linksTo(email)).toHaveLength(2);
});

test('resends nothing to an address that waits for nothing, and tells an account that it is one', async () => {
  const email = newEmail();
  const { email: known } = await user.account();
  const toNobody = await call(user, 'resendVerification', { email });
  const toKnown = await call(user, 'resendVerification', { email: known });
  expect(Object.keys(toNobody)).toEqual(Object.keys(toKnown));
  expect(await lettersTo(user, email)).toEqual([null]);
  expect((await lettersTo(user, known)).map((letter) => letter?.subject)).toEqual([
    expect.stringMatching(/have an account/),
  ]);
  expect(await linksTo(email)).toEqual([]);
});

test('tells who signs in by the password of a waiting sign-up to follow the link, and nobody else', async () => {
  const email = newEmail();
  await signUp(email);
  expect(await signIn(user, email)).toMatchObject({ __typename: 'EmailNotVerified', email });
  expect(await signIn(user, email, 'a wrong password')).toMatchObject({ __typename: 'InvalidCredentials' });
  await expire(email);
  expect(await signIn(user, email)).toMatchObject({ __typename: 'InvalidCredentials' });
});

test('does not tell by a sign-up, and the password chosen for it, who has an account already', async () => {
  const { email: known } = await user.account();
  const checks = () => user.metric('stampede_password_checks_total');
  const outcomes = async (email: string) => {
    const answers: Data[] = [];
    for (const prepare of [() => undefined, () => signUp(email), () => expire(email)]) {
      await prepare();
      for (const password of [GOOD_PASSWORD, 'a wrong password']) {
        const before = await checks();
        const { __typename, message } = await signIn(user, email, password);
        answers.push({ __typename, message, checks: (await checks()) - before });
      }
    }
    return answers;
  };
  const ofUnknown = await outcomes(newEmail());
  expect(ofUnknown.map((answer) => [answer.__typename, answer.checks])).toEqual([
    ['InvalidCredentials', 1],
    ['InvalidCredentials', 1],
    ['EmailNotVerified', 2],
    ['InvalidCredentials', 2],
    ['InvalidCredentials', 1],
    ['InvalidCredentials', 1],
  ]);
  expect(await outcomes(known)).toEqual(ofUnknown);
});

test('does not tell by a mail that was sent again who has an account already', async () => {
  const { email: known } = await user.account();
  for (const email of [known, newEmail()]) {
    await signUp(email);
    await expire(email);
    await signUp(email);
    await call(user, 'resendVerification', { email });
    await lettersTo(user, email);
    await user.test.database.run(
      'DELETE FROM mail_link WHERE id = (SELECT id FROM mail_link WHERE email_index = $1 AND expires_at > now() ORDER BY created_at LIMIT 1)',
      [emailIndex(user.sealer, email)],
    );
    expect(await signIn(user, email)).toMatchObject({ __typename: 'EmailNotVerified' });
  }
});

test('lets the account’s own password in beside a sign-up that waits, and not the sign-up’s', async () => {
  const { id, email } = await user.account();
  await signUp(email);
  expect(await signIn(user, email, GOOD_PASSWORD)).not.toHaveProperty('accessToken');
  expect(await signIn(user, email, PASSWORD)).toMatchObject({ __typename: 'AuthSession', user: { id } });
});

test('does not forget an account’s wrong passwords for who signs up with its address', async () => {
  const { email } = await user.account();
  const wrong = () => signIn(user, email, 'a wrong password');
  for (let count = 0; count < 9; count += 1) await wrong();
  await signUp(email);
  expect(await signIn(user, email)).toMatchObject({ __typename: 'EmailNotVerified' });
  expect(await wrong()).toMatchObject({ __typename: 'TooManyAttempts' });
});

async function waitingAddress(email: string) {
  const { id } = await user.account();
  await user.test.database.run(
    'UPDATE account SET email = $2, email_index = NULL, email_verified_at = NULL WHERE id = $1',
    [id, user.sealer.seal(email, { table: 'account', column: 'email', row: id })],
  );
  const token = newLinkToken();
  const link = { token, email, accountId: id, expiresAt: linkEnds('VERIFY'), language: 'en' } as const;
  await addLink(user.test.database, user.sealer, { purpose: 'VERIFY', ...link });
  return { id, token };
}

test('proves the address of an account that is there already, and signs in', async () => {
  const email = newEmail();
  const { id, token } = await waitingAddress(email);
  expect(await follow(token)).toMatchObject({
    __typename: 'AuthSession',
    user: { id, email, emailVerified: true },
  });
  expect(await signIn(user, email, PASSWORD)).toMatchObject({ user: { id } });
});

test('lets the link of an account be followed once, of two clicks at the same time as well', async () => {
  const { id, token } = await waitingAddress(newEmail());
  expect(kindsOf(await Promise.all([follow(token), follow(token)]))).toEqual(['AuthSession', 'InvalidToken']);
  expect(await follow(token)).toEqual(invalid);
  const sessions = await user.test.database.query('SELECT 1 FROM session WHERE account_id = $1', [id]);
  // One more than the account came with.
  expect(sessions).toHaveLength(2);
});

test('resends the link that proves an account’s address', async () => {
  const email = newEmail();
  const { id } = await waitingAddress(email);
  await call(user, 'resendVerification', { email });
  expect(await follow(await tokenTo(user, email))).toMatchObject({ user: { id, emailVerified: true } });
});

test('proves an address for one account only, also at the same moment, and not one that was changed', async () => {
  const email = newEmail();
  const first = await waitingAddress(email);
  const second = await waitingAddress(email);
  const answers = await Promise.all([follow(first.token), follow(second.token)]);
  expect(kindsOf(answers)).toEqual(['AuthSession', 'InvalidToken']);
  expect(await accountsOf(email)).toHaveLength(1);

  const moved = newEmail();
  const { id, token } = await waitingAddress(moved);
  await user.test.database.run('UPDATE account SET email = $2 WHERE id = $1', [
    id,
    user.sealer.seal(newEmail(), { table: 'account', column: 'email', row: id }),
  ]);
  expect(await follow(token)).toEqual(invalid);
});

test.each<[string, (own: Data, email: string) => Promise<string> | string]>([
  ['nothing', () => ''],
  ['a link that was cut', async (_, email) => (await signUpToken(email)).slice(0, -1)],
  ['a link with something after it', async (_, email) => `${await signUpToken(email)}=`],
  ['10 kB', () => 'x'.repeat(10_000)],
  ['an access token', ({ accessToken }) => accessToken],
  ['a refresh token', ({ refreshToken }) => refreshToken],
  ['the link of a password reset', async (_, email) => resetToken(email)],
])('refuses %s as a link that verifies, and uses nothing up', async (_, tokenOf) => {
  const email = newEmail();
  const own = await newcomer(user, email);
  const token = await tokenOf(own, email);
  const before = await linksTo(email);
  expect(await follow(token)).toEqual(invalid);
  expect(await linksTo(email)).toEqual(before);
});

/** As it would be mailed to somebody without an account. */
async function signUpToken(email: string): Promise<string> {
  const token = newLinkToken();
  const link = { token, email, name: 'x', passwordHash: 'x', expiresAt: linkEnds('SIGN_UP') };
  await addLink(user.test.database, user.sealer, { purpose: 'SIGN_UP', language: 'en', ...link });
  return token;
}

async function resetToken(email: string): Promise<string> {
  await call(user, 'requestPasswordReset', { email });
  return tokenTo(user, email);
}

test.each<[string, object, string[]]>([
  ['a name of 10 kB', { name: 'x'.repeat(10_000) }, ['input.name']],
  ['a name with a control character', { name: 'Hong\u0007Gildong' }, ['input.name']],
  ['a name of two lines', { name: 'Hong\nGildong' }, ['input.name']],
  ['a name with half a character', { name: 'Hong \ud83d' }, ['input.name']],
  ['a name of nothing', { name: ' \u3000' }, ['input.name']],
  ['a name that nobody sees', { name: '\u200b\u2060' }, ['input.name']],
  ['an address of 10 kB', { email: `${'x'.repeat(10_000)}@stampede.test` }, ['input.email']],
  ['a phone number of words', { phone: 'call me maybe' }, ['input.phone']],
  ['a phone number that is too short', { phone: '1234' }, ['input.phone']],
  ['a phone number that is too long', { phone: '1'.repeat(33) }, ['input.phone']],
  ['a phone number with a plus inside', { phone: '010+1234' }, ['input.phone']],
  ['a password that is too short', { password: 'x7$kQ.p!a' }, ['input.password']],
  ['an address that is none', { email: 'nobody' }, []],
  ['an address with a name', { email: 'Hong <hong@stampede.test>' }, []],
  ['an address in two lines', { email: 'hong@stampede.test\nBcc: other@stampede.test' }, []],
])('refuses %s, and mails nothing', async (_, change, paths) => {
  const mails = async () => (await user.test.database.query('SELECT 1 FROM mail')).length;
  const before = await mails();
  expect(await signUp(newEmail(), change)).toEqual(refusal('BAD_USER_INPUT', ...paths));
  expect(await mails()).toBe(before);
});

test.each(['010-1234-5678', '+82 10 1234 5678', '12345', ' 02-123-4567 '])(
  'takes the phone number %s',
  async (phone) => {
    expect(await signUp(newEmail(), { phone })).toMatchObject({ expiresAt: expect.any(String) });
  },
);

test('refuses an address of 10 kB wherever one is given', async () => {
  const email = `${'x'.repeat(10_000)}@stampede.test`;
  for (const name of ['resendVerification', 'requestPasswordReset'] as const)
    expect(await call(user, name, { email })).toEqual(refusal('BAD_USER_INPUT', 'email'));
  expect(await signIn(user, email)).toEqual(refusal('BAD_USER_INPUT', 'input.email'));
});

test('hands the refresh token out as a cookie to who takes one, and refuses it to others before anything', async () => {
  const email = newEmail();
  await signUp(email);
  const token = await tokenTo(user, email);
  const asCookie = (takesCookies: boolean) =>
    call(user, 'verifyEmail', { token, cookie: true }, { from: client({ takesCookies }) });
  expect(await asCookie(false)).toEqual(refusal('BAD_USER_INPUT', 'cookie'));
  expect(await asCookie(true)).toMatchObject({ __typename: 'AuthSession', refreshToken: null });
});

test('refuses a device that is too long before the link is used up', async () => {
  const email = newEmail();
  await signUp(email);
  const token = await tokenTo(user, email);
  expect(await follow(token, 'x'.repeat(101))).toEqual(refusal('BAD_USER_INPUT', 'device'));
  expect(await follow(token)).toMatchObject({ user: { sessions: [{ device: 'Unnamed device' }] } });
});

test('finds the pending sign-up however its address is written', async () => {
  const email = newEmail();
  await signUp(email.toUpperCase());
  expect(await signIn(user, email)).toMatchObject({ __typename: 'EmailNotVerified' });
  const link = await newestLinkTo(user.test.database, user.sealer, email, ['SIGN_UP']);
  expect(link?.name).toBe('홍길동');
});
