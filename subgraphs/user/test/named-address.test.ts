import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Unavailable } from '@stampede/shared/errors';
import type { Log } from '@stampede/shared/telemetry';
import type { TestAccount } from '@stampede/shared/testing';
import { emailIndex, findAccounts } from '../src/account.entity.js';
import type { Limits } from '../src/limits/limits.js';
import { askForProof } from '../src/social/ask-for-proof.js';
import { lettersTo, tokenTo } from './mailbox.js';
import { asUser, type Data } from './open-user.js';
import { call, client, GOOD_PASSWORD, signUpInput } from './sign-up.fixture.js';
import {
  identityOf,
  kakaoPerson,
  naverPerson,
  newEmail,
  openSocial,
  type SocialUnderTest,
} from './social.fixture.js';

/** Nothing is kept of them elsewhere. */
const nothing = {
  ask: <T>() => Promise.resolve({ page: '{"items":[],"next":null}' } as T),
  close: () => Promise.resolve(),
};

let social: SocialUnderTest;
beforeAll(async () => {
  social = await openSocial(undefined, { order: nothing, payment: nothing, catalog: nothing });
});
afterAll(() => social[Symbol.asyncDispose]());

const exported = async (session: Data) =>
  JSON.parse((await social.ask('{ exportMyData }', {}, identityOf(session))).data.exportMyData);
const remove = (session: Data) => social.ask('mutation { deleteAccount }', {}, identityOf(session));
const linksTo = async (email: string) => {
  const links = await social.test.database.query<{ purpose: string }>(
    'SELECT purpose FROM mail_link WHERE email_index = $1 ORDER BY purpose',
    [emailIndex(social.sealer, email)],
  );
  return links.map(({ purpose }) => purpose);
};

test('neither tells who only names an address of what is mailed there, nor deletes it with them', async () => {
  const email = newEmail();
  const named = await social.signIn('NAVER', naverPerson(email));
  await call(social, 'signUp', signUpInput(email), { from: client({ language: 'ko' }) });
  await call(social, 'requestPasswordReset', { email });

  const kept = await exported(named);
  expect(kept.mailedLinks.map((link: Data) => link.purpose)).toEqual(['VERIFY']);
  expect(kept.waitingMails.map((mail: Data) => mail.kind)).toEqual(['verify-address']);

  expect((await remove(named)).data).toEqual({ deleteAccount: true });
  expect(await linksTo(email)).toEqual(['RESET', 'SIGN_UP']);
  const [letter, reset, ...others] = await lettersTo(social, email);
  expect([letter?.subject, reset, others]).toEqual([expect.stringMatching(/가입/), null, []]);
});

test('tells who has proven an address of all that is mailed there, and deletes it with them', async () => {
  const email = newEmail();
  await social.signIn('NAVER', naverPerson(email));
  const session = await call(social, 'verifyEmail', { token: await tokenTo(social, email) });
  await call(social, 'requestPasswordReset', { email });
  const kept = await exported(session);
  expect(kept.mailedLinks.map((link: Data) => link.purpose)).toEqual(['RESET']);
  expect(kept.waitingMails.map((mail: Data) => mail.kind)).toEqual(['reset-password']);
  expect((await remove(session)).data).toEqual({ deleteAccount: true });
  expect(await linksTo(email)).toEqual([]);
  expect(await lettersTo(social, email)).toEqual([]);
});

test('tells nothing of a stored address that the API cannot tell, rather than to fail and log it', async () => {
  const { id, sessionId } = await social.account();
  const stored = social.sealer.seal('who@host-.test', { table: 'account', column: 'email', row: id });
  await social.test.database.run('UPDATE account SET email = $2 WHERE id = $1', [id, stored]);
  const me = asUser({ id, sessionId } as TestAccount);
  expect(await social.ask('{ me { id email } }', {}, me)).toEqual({ data: { me: { id, email: null } } });
  expect(social.logged).toContainEqual(expect.objectContaining({ level: 'error', userId: id }));
  expect(JSON.stringify(social.logged)).not.toContain('host-.test');
});

test('mails a named address no more often than anything else is mailed there, and keeps it', async () => {
  const email = newEmail();
  for (let count = 0; count < 5; count += 1) await remove(await social.signIn('NAVER', naverPerson(email)));
  const refused = await social.signIn('NAVER', naverPerson(email));
  expect(refused.user).toMatchObject({ email, emailVerified: false });
  expect(await linksTo(email)).toEqual([]);
  expect(await lettersTo(social, email)).toEqual([]);
});

test('asks who comes again for the proof once more when the link has ended, and not before', async () => {
  const email = newEmail();
  const person = naverPerson(email);
  const { user } = await social.signIn('NAVER', person);
  await Promise.all([social.signIn('NAVER', person), social.signIn('NAVER', person)]);
  expect(await lettersTo(social, email)).toHaveLength(1);
  await social.test.database.run('UPDATE mail_link SET expires_at = now() WHERE account_id = $1', [user.id]);
  await Promise.all([social.signIn('NAVER', person), social.signIn('NAVER', person)]);
  expect(await call(social, 'verifyEmail', { token: await tokenTo(social, email) })).toMatchObject({
    user: { id: user.id, emailVerified: true },
  });
  await social.signIn('NAVER', person);
  expect(await lettersTo(social, email)).toEqual([]);
});

/** An account whose address waits for its proof, and nothing mailed. */
async function unasked() {
  const { database } = social.test;
  const { user } = await social.signIn('NAVER', naverPerson(newEmail()));
  await database.run('UPDATE mail_link SET expires_at = now() WHERE account_id = $1', [user.id]);
  const [account] = await findAccounts(database, social.sealer, [user.id]);
  if (!account) throw new Error('no account');
  const warn = jest.fn();
  const ask = (attempt: () => Promise<Date | null>) => {
    const limits = { mails: { attempt } } as unknown as Limits;
    const parts = { database, sealer: social.sealer, limits, log: { warn } as unknown as Log };
    return askForProof(parts, account, { client: client(), requestId: 'test' });
  };
  return { account, warn, ask };
}

test('signs in who cannot be asked for a proof, and says so in the log', async () => {
  const { ask, warn } = await unasked();
  await ask(() => Promise.reject(new Unavailable('Redis')));
  expect(warn).toHaveBeenCalledTimes(1);
});

test('asks once who signs in several times at once', async () => {
  const { account, ask, warn } = await unasked();
  await lettersTo(social, account.email ?? '');
  await Promise.all(Array.from({ length: 5 }, () => ask(() => Promise.resolve(null))));
  expect(warn).not.toHaveBeenCalled();
  expect(await lettersTo(social, account.email ?? '')).toHaveLength(1);
});

test('resends the sign-up of who has an address rather than the link of who has named it', async () => {
  const email = newEmail();
  await call(social, 'signUp', signUpInput(email));
  await social.signIn('NAVER', naverPerson(email));
  await lettersTo(social, email);
  await call(social, 'resendVerification', { email });
  const [letter] = await lettersTo(social, email);
  expect(letter?.subject).toMatch(/Complete your sign-up/);
});

test('says in the letter that somebody signed in by a provider and named the address', async () => {
  const email = newEmail();
  await social.signIn('NAVER', naverPerson(email));
  const [letter] = await lettersTo(social, email);
  expect(letter?.text).toMatch(/signed in to Stampede by Kakao or Naver and named this address/);
});

test('ends with a reset the provider’s way in of who named the address before it was proven', async () => {
  const email = newEmail();
  const stranger = naverPerson(email);
  const own = kakaoPerson(newEmail());
  await social.signIn('NAVER', stranger);
  const session = await call(social, 'verifyEmail', { token: await tokenTo(social, email) });
  await social.signIn('KAKAO', own, identityOf(session));
  await call(social, 'requestPasswordReset', { email });
  const reset = { token: await tokenTo(social, email), new: GOOD_PASSWORD };
  expect(await call(social, 'resetPassword', reset)).toMatchObject({ __typename: 'PasswordChanged' });
  const links = await social.test.database.query('SELECT provider FROM social_link WHERE account_id = $1', [
    session.user.id,
  ]);
  expect(links).toEqual([{ provider: 'KAKAO' }]);
  expect((await social.signIn('NAVER', stranger)).user.id).not.toBe(session.user.id);
});

test('keeps the way in of who came with an address that the provider had proven', async () => {
  const email = newEmail();
  const person = kakaoPerson(email);
  const { user } = await social.signIn('KAKAO', person);
  await call(social, 'requestPasswordReset', { email });
  await call(social, 'resetPassword', { token: await tokenTo(social, email), new: GOOD_PASSWORD });
  expect((await social.signIn('KAKAO', person)).user.id).toBe(user.id);
  const links = await social.test.database.query('SELECT 1 FROM social_link WHERE account_id = $1', [
    user.id,
  ]);
  expect(links).toHaveLength(1);
});
