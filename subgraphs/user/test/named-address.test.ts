import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { TestAccount } from '@stampede/shared/testing';
import { emailIndex } from '../src/account.entity.js';
import { lettersTo, tokenTo } from './mailbox.js';
import { asUser, type Data } from './open-user.js';
import { call, client, signUpInput } from './sign-up.fixture.js';
import { identityOf, naverPerson, newEmail, openSocial, type SocialUnderTest } from './social.fixture.js';

/** Nothing is kept of them elsewhere. */
const nothing = {
  ask: <T>() => Promise.resolve({ page: '{"items":[],"next":null}' } as T),
  close: () => Promise.resolve(),
};

let social: SocialUnderTest;
beforeAll(async () => {
  social = await openSocial(undefined, { order: nothing, payment: nothing });
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
