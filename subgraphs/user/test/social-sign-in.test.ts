import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { eventually } from '@stampede/shared/testing';
import { createHash } from 'node:crypto';
import { createAccount } from '../src/account.entity.js';
import { asUser, type Answer, type Data } from './open-user.js';
import {
  identityOf,
  kakaoPerson,
  naverPerson,
  newEmail,
  openSocial,
  REDIRECT_URI,
  type Input,
  type SocialUnderTest,
} from './social.fixture.js';

let social: SocialUnderTest;
beforeAll(async () => {
  social = await openSocial();
});
beforeEach(() => {
  social.logged.length = 0;
});
afterAll(() => social[Symbol.asyncDispose]());

const failed = { __typename: 'SocialSignInFailed', message: expect.any(String) };
const rows = (table: string, accountId: string) =>
  social.test.database.query(`SELECT * FROM ${table} WHERE account_id = $1`, [accountId]);

test('sends people to the provider with state, nonce and an S256 challenge, and keeps no state', async () => {
  const { data } = await social.start('KAKAO');
  const { url, state } = data.startSocialSignIn;
  const { origin, pathname, searchParams } = new URL(url);
  expect(origin + pathname).toBe(`${social.kakao.issuer}/authorize`);
  expect(Object.fromEntries(searchParams)).toEqual({
    client_id: 'client-of-the-tests',
    response_type: 'code',
    redirect_uri: REDIRECT_URI,
    scope: 'openid profile_nickname account_email',
    state,
    nonce: expect.stringMatching(/^[\w-]{43}$/),
    code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    code_challenge_method: 'S256',
  });
  expect(state).toMatch(/^[\w-]{43}$/);
  const hash = createHash('sha256').update(state).digest();
  const [row] = (await social.test.database.query(
    `SELECT *, extract(epoch FROM expires_at - now())::int AS seconds FROM social_sign_in WHERE state_hash = $1`,
    [hash],
  )) as [Data];
  expect(row.seconds).toBeGreaterThan(590);
  expect(row.seconds).toBeLessThanOrEqual(600);
  expect(JSON.stringify(row)).not.toContain(state);
});

test('makes an account of somebody new, named as Kakao names them, with the address that Kakao has proven', async () => {
  const email = newEmail();
  const answer = await social.signIn('KAKAO', kakaoPerson(email));
  expect(answer).toMatchObject({
    __typename: 'AuthSession',
    refreshToken: expect.stringMatching(/^[\w-]{43}$/),
    user: { name: '김하늘', email, emailVerified: true, socialLinks: ['KAKAO'] },
  });
  expect(answer.user.sessions).toHaveLength(1);
});

test('finds the same person again by the provider’s id, whatever they are called now', async () => {
  const person = naverPerson();
  const first = await social.signIn('NAVER', person);
  const renamed = { ...person, profile: naverPerson(newEmail(), { name: 'Other' }).profile };
  const second = await social.signIn('NAVER', renamed);
  expect(second.user).toMatchObject({ id: first.user.id, name: '이바다', email: null });
  expect(second.user.sessions).toHaveLength(2);
});

test('tells two people at Kakao apart whose ids no number of JavaScript tells apart', async () => {
  const person = (id: string) => ({ sub: id, profile: `{"id":${id},"kakao_account":{}}` });
  const one = await social.signIn('KAKAO', person('1376016924426111111'));
  const other = await social.signIn('KAKAO', person('1376016924426111112'));
  expect(one.user.id).not.toBe(other.user.id);
  expect((await social.signIn('KAKAO', person('1376016924426111111'))).user.id).toBe(one.user.id);
});

test('keeps the people of one provider apart from those of the other with the same id', async () => {
  const kakao = kakaoPerson();
  const one = await social.signIn('KAKAO', kakao);
  const other = await social.signIn('NAVER', { ...naverPerson(), sub: kakao.sub });
  expect(other.user.id).not.toBe(one.user.id);
});

test('signs in to the account whose verified address Kakao has proven, and links it', async () => {
  const { id, email } = await social.account();
  const answer = await social.signIn('KAKAO', kakaoPerson(email.toUpperCase()));
  expect(answer.user).toMatchObject({ id, socialLinks: ['KAKAO'] });
});

test.each([
  ['Kakao calls unverified', 'KAKAO', { is_email_verified: false }],
  ['Kakao calls invalid', 'KAKAO', { is_email_valid: false }],
  ['Kakao says nothing of', 'KAKAO', { is_email_valid: undefined, is_email_verified: undefined }],
  ['Naver tells', 'NAVER', {}],
] as const)('never links an account by an address that %s', async (_, provider, change) => {
  const { id, email } = await social.account();
  const person = provider === 'KAKAO' ? kakaoPerson(email, change) : naverPerson(email, change);
  const answer = await social.signIn(provider, person);
  expect(answer.user).toMatchObject({ email, emailVerified: false, socialLinks: [provider] });
  expect(answer.user.id).not.toBe(id);
  const [found] = (await social.test.database.query(`SELECT email_index FROM account WHERE id = $1`, [
    answer.user.id,
  ])) as [Data];
  expect(found.email_index).toBeNull();
});

test('mails a link to an unproven address, that proves it for the new account', async () => {
  const email = newEmail();
  const { user } = await social.signIn('NAVER', naverPerson(email));
  const [link] = (await rows('mail_link', user.id)) as [Data];
  expect(link.purpose).toBe('VERIFY');
  const open = (envelope: Buffer, table: string, column: string, row: string) =>
    social.sealer.open(envelope, { table, column, row });
  expect(open(link.email, 'mail_link', 'email', link.id)).toBe(email);
  const mails = (await social.test.database.query(`SELECT * FROM mail`)) as Data[];
  const mail = mails.find(({ id, recipient }) => open(recipient, 'mail', 'recipient', id) === email);
  expect(mail.kind).toBe('verify-address');
  const { token } = JSON.parse(open(mail.content, 'mail', 'content', mail.id));
  expect(createHash('sha256').update(token).digest().equals(link.token_hash)).toBe(true);
});

test('mails nothing to an address that the provider has proven', async () => {
  const { user } = await social.signIn('KAKAO', kakaoPerson(newEmail()));
  expect(await rows('mail_link', user.id)).toEqual([]);
});

test('calls somebody without a name what their language has for it', async () => {
  const input = await social.begin('KAKAO', kakaoPerson(undefined, { profile: { nickname: ' \u0000 ' } }));
  const client = { address: '', language: 'ko', takesCookies: false } as const;
  const { data } = await social.finish(input, undefined, client);
  expect(data.signInWithSocial.user.name).toBe('카카오 사용자');
  const [account] = (await social.test.database.query(`SELECT language FROM account WHERE id = $1`, [
    data.signInWithSocial.user.id,
  ])) as [Data];
  expect(account.language).toBe('ko');
});

test('remembers the language of who comes again', async () => {
  const person = kakaoPerson();
  const { user } = await social.signIn('KAKAO', person);
  const client = { address: '', language: 'ko', takesCookies: false } as const;
  await social.finish(await social.begin('KAKAO', person), undefined, client);
  const [account] = (await social.test.database.query(`SELECT language FROM account WHERE id = $1`, [
    user.id,
  ])) as [Data];
  expect(account.language).toBe('ko');
});

test('makes one account of a new person who ends several sign-ins at once', async () => {
  const person = kakaoPerson();
  const before = await social.accounts();
  const inputs: Input[] = [];
  for (let i = 0; i < 8; i++) inputs.push(await social.begin('KAKAO', person));
  const answers = await Promise.all(inputs.map((input) => social.finish(input)));
  const ids = new Set(answers.map(({ data }) => data.signInWithSocial.user?.id));
  expect([...ids]).toEqual([expect.any(String)]);
  expect(await social.accounts()).toBe(before + 1);
});

test('makes one account of two people at once who have proven the same address', async () => {
  const email = newEmail();
  const inputs = [
    await social.begin('KAKAO', kakaoPerson(email)),
    await social.begin('KAKAO', kakaoPerson(email)),
  ];
  const answers = await Promise.all(inputs.map((input) => social.finish(input)));
  const kinds = answers.map(({ data }) => data.signInWithSocial.__typename);
  // One is linked; the other is another person of the provider, whom the account does not have.
  expect(new Set(kinds)).toEqual(new Set(['AuthSession', 'SocialSignInFailed']));
});

test('finds the account of somebody who proves the same address at this moment', async () => {
  const email = newEmail();
  const { database } = social.test;
  const input = await social.begin('KAKAO', kakaoPerson(email));
  let ended: Promise<Answer> | undefined;
  const account = await database.transaction('test', async (tx) => {
    const made = await createAccount(tx, social.sealer, { name: 'First', email, language: 'en' });
    ended = social.finish(input);
    await eventually(async () => {
      const waiting = await database.query(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      if (waiting.length === 0) throw new Error('nobody waits for the address');
    });
    return made;
  });
  expect((await ended)?.data.signInWithSocial.user).toMatchObject({ id: account?.id, name: 'First' });
});

test('signs in once for a state that is brought ten times at once', async () => {
  const input = await social.begin('KAKAO', kakaoPerson());
  const answers = await Promise.all(Array.from({ length: 10 }, () => social.finish(input)));
  const kinds = answers.map(({ data }) => data.signInWithSocial.__typename);
  expect(kinds.filter((kind) => kind === 'AuthSession')).toHaveLength(1);
  expect(kinds.filter((kind) => kind === 'SocialSignInFailed')).toHaveLength(9);
});

test.each<[string, (input: Input) => Partial<Input> | Promise<Partial<Input>>]>([
  ['that nobody began', () => ({ state: 'A'.repeat(43) })],
  ['that is empty', () => ({ state: '' })],
  ['of 10 kB', () => ({ state: 'A'.repeat(10_000) })],
  ['of the other provider', () => ({ provider: 'NAVER' })],
  ['with another redirect URI', () => ({ redirectUri: 'http://localhost:4000/other' })],
])('refuses a state %s, and asks the provider nothing', async (_, change) => {
  const input = await social.begin('KAKAO', kakaoPerson());
  for (const provider of [social.kakao, social.naver]) provider.asked.length = 0;
  const { data } = await social.finish({ ...input, ...(await change(input)) });
  expect(data.signInWithSocial).toEqual(failed);
  expect([...social.kakao.asked, ...social.naver.asked]).toEqual([]);
});

test('refuses a state after ten minutes', async () => {
  const input = await social.begin('KAKAO', kakaoPerson());
  const hash = createHash('sha256').update(input.state).digest();
  const age = () =>
    social.test.database.run(
      `UPDATE social_sign_in SET expires_at = expires_at - interval '10 minutes' WHERE state_hash = $1`,
      [hash],
    );
  expect(await age()).toBe(1);
  expect((await social.finish(input)).data.signInWithSocial).toEqual(failed);
});

test('refuses a sign-in that somebody else began, or nobody who was signed in', async () => {
  const one = asUser(await social.account());
  const other = asUser(await social.account());
  for (const [starter, finisher] of [
    [one, other],
    [one, undefined],
    [undefined, one],
  ]) {
    const input = await social.begin('KAKAO', kakaoPerson(), starter);
    const before = await social.accounts();
    expect((await social.finish(input, finisher)).data.signInWithSocial).toEqual(failed);
    expect(await social.accounts()).toBe(before);
  }
});

test('links the person to the account that is signed in, which goes on under one new session', async () => {
  const { user } = await social.signIn('KAKAO', kakaoPerson());
  const again = await social.signIn('KAKAO', kakaoPerson(newEmail()));
  const identity = identityOf(again);
  const naver = naverPerson(newEmail());
  const linked = await social.signIn('NAVER', naver, identity);
  expect(linked.user).toMatchObject({ id: again.user.id, socialLinks: ['KAKAO', 'NAVER'] });
  expect(linked.user.id).not.toBe(user.id);
  expect(linked.user.sessions).toEqual([expect.objectContaining({ current: true })]);
  expect(linked.user.sessions[0].id).not.toBe(again.user.sessions[0].id);
  // The address that Naver tells is not asked for: the account has its own.
  expect(linked.user.email).toBe(again.user.email);
  expect((await social.signIn('NAVER', naver)).user.id).toBe(again.user.id);
});

test('links nobody who is linked to another account, and ends no session over it', async () => {
  const person = kakaoPerson();
  await social.signIn('KAKAO', person);
  const account = await social.account();
  expect(await social.signIn('KAKAO', person, asUser(account))).toEqual(failed);
  expect(await rows('social_link', account.id)).toEqual([]);
  expect(await rows('session', account.id)).toEqual([expect.objectContaining({ ended_at: null })]);
});

test('links no second person of a provider, and ends no session over it', async () => {
  const first = await social.signIn('KAKAO', kakaoPerson());
  expect(await social.signIn('KAKAO', kakaoPerson(), identityOf(first))).toEqual(failed);
  expect(await rows('social_link', first.user.id)).toHaveLength(1);
  expect(await rows('session', first.user.id)).toEqual([expect.objectContaining({ ended_at: null })]);
});

test('links nobody to a session that was ended meanwhile', async () => {
  const account = await social.account();
  const input = await social.begin('KAKAO', kakaoPerson(), asUser(account));
  await social.test.database.run(`UPDATE session SET ended_at = now() WHERE id = $1`, [account.sessionId]);
  expect((await social.finish(input, asUser(account))).data.signInWithSocial).toEqual(failed);
  expect(await rows('social_link', account.id)).toEqual([]);
  expect(await rows('session', account.id)).toHaveLength(1);
});

test('signs nobody in to an account that was deleted', async () => {
  const person = kakaoPerson();
  const { user } = await social.signIn('KAKAO', person);
  await social.test.database.run(
    `UPDATE account SET deleted_at = now(), email = NULL, email_index = NULL, name = NULL WHERE id = $1`,
    [user.id],
  );
  expect(await social.signIn('KAKAO', person)).toEqual(failed);
});

test('unlinks one of two providers, and who was unlinked is somebody new', async () => {
  const naver = naverPerson();
  const first = await social.signIn('KAKAO', kakaoPerson());
  const linked = await social.signIn('NAVER', naver, identityOf(first));
  const { data } = await social.unlink('NAVER', identityOf(linked));
  expect(data.unlinkSocial).toEqual({ id: first.user.id, socialLinks: ['KAKAO'] });
  expect((await social.signIn('NAVER', naver)).user.id).not.toBe(first.user.id);
});

test('keeps the last way to sign in, until there is a password', async () => {
  const { user, accessToken } = await social.signIn('KAKAO', kakaoPerson());
  const identity = identityOf({ accessToken });
  const { errors } = await social.unlink('KAKAO', identity);
  expect(errors?.[0]).toMatchObject({
    message: expect.stringMatching(/account\. Link another provider first\.$/),
    extensions: { code: 'BAD_USER_INPUT' },
  });
  await social.test.database.run(`UPDATE account SET password_hash = 'x' WHERE id = $1`, [user.id]);
  expect((await social.unlink('KAKAO', identity)).data.unlinkSocial.socialLinks).toEqual([]);
  expect((await social.unlink('KAKAO', identity)).errors?.[0]?.extensions.code).toBe('NOT_FOUND');
});

test.each([
  ['a proven address', 'KAKAO', /account\. Set a password first, by a password reset\.$/],
  ['an address to prove', 'NAVER', /Link another provider first, or follow the link that confirms/],
] as const)('says to who has %s what lets them unlink', async (_, provider, message) => {
  const person = provider === 'KAKAO' ? kakaoPerson(newEmail()) : naverPerson(newEmail());
  const { errors } = await social.unlink(provider, identityOf(await social.signIn(provider, person)));
  expect(errors?.[0]?.message).toMatch(message);
});

test('lets a device that links keep its name, unless it tells another one', async () => {
  const first = await social.begin('KAKAO', kakaoPerson());
  let session = (await social.finish({ ...first, device: 'Kitchen' })).data.signInWithSocial;
  const naver = naverPerson();
  for (const [device, name] of [
    [undefined, 'Kitchen'],
    ['Bedroom', 'Bedroom'],
  ]) {
    const input = await social.begin('NAVER', naver, identityOf(session));
    const told = device === undefined ? input : { ...input, device };
    session = (await social.finish(told, identityOf(session))).data.signInWithSocial;
    expect(session.user.sessions).toEqual([expect.objectContaining({ device: name, current: true })]);
  }
});

test('keeps one of two links that are removed at once', async () => {
  const first = await social.signIn('KAKAO', kakaoPerson());
  const linked = await social.signIn('NAVER', naverPerson(), identityOf(first));
  const identity = identityOf(linked);
  await Promise.all([social.unlink('KAKAO', identity), social.unlink('NAVER', identity)]);
  expect(await rows('social_link', first.user.id)).toHaveLength(1);
});
