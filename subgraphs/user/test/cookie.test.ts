import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  ANONYMOUS,
  IDENTITY_HEADER,
  NO_CLIENT,
  REFRESH_COOKIE_HEADER,
  signIdentity,
  type Client,
  type Identity,
} from '@stampede/shared/identity';
import { decodeJwt } from 'jose';
import {
  asUser,
  IDENTITY_SECRET,
  openUser,
  PASSWORD,
  REFRESH,
  SIGN_IN,
  type Answer,
  type UserUnderTest,
} from './open-user.js';

let user: UserUnderTest;
beforeAll(async () => {
  user = await openUser();
});
afterAll(() => user[Symbol.asyncDispose]());

const BROWSER: Client = { ...NO_CLIENT, takesCookies: true };
const withCookie = (refreshToken: string): Client => ({ ...BROWSER, refreshToken });

/** Asks as the gateway would; `cookie` is what it is told of the client's: null for nothing, '' to remove it. */
async function ask(query: string, variables: object, client: Client, identity: Identity = ANONYMOUS) {
  const body = JSON.stringify({ query, variables });
  const signed = signIdentity(
    IDENTITY_SECRET,
    { audience: 'user', identity, requestId: 'test', client },
    body,
  );
  const response = await fetch(`${user.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [IDENTITY_HEADER]: signed },
    body,
  });
  const { data, errors } = (await response.json()) as Answer;
  return { data, errors, cookie: response.headers.get(REFRESH_COOKIE_HEADER) };
}

async function signedIn(client: Client = BROWSER) {
  const account = await user.account();
  const input = { email: account.email, password: PASSWORD, cookie: true };
  const { data, cookie } = await ask(SIGN_IN, { input }, client);
  const sessionId = decodeJwt(data.signIn.accessToken).sid as string;
  return { account: { ...account, sessionId }, answer: data.signIn, cookie: cookie ?? '' };
}

const sessionsOf = (accountId: string) =>
  user.test.database.query(`SELECT 1 FROM session WHERE account_id = $1 AND ended_at IS NULL`, [accountId]);

test('signs in by cookie: the refresh token is in the gateway’s header and not in the answer', async () => {
  const { answer, cookie, account } = await signedIn();
  expect(answer).toMatchObject({ __typename: 'AuthSession', refreshToken: null, user: { id: account.id } });
  expect(cookie).toMatch(/^[\w-]{43}$/);
});

test('sets no cookie unless it is asked for', async () => {
  const { email } = await user.account();
  for (const asked of [{}, { cookie: false }, { cookie: null }]) {
    const { data, cookie } = await ask(SIGN_IN, { input: { email, password: PASSWORD, ...asked } }, BROWSER);
    expect(data.signIn.refreshToken).toMatch(/^[\w-]{43}$/);
    expect(cookie).toBeNull();
  }
});

test('sets none for a wrong password', async () => {
  const { email } = await user.account();
  const { data, cookie } = await ask(SIGN_IN, { input: { email, password: 'wrong', cookie: true } }, BROWSER);
  expect(data.signIn.__typename).toBe('InvalidCredentials');
  expect(cookie).toBeNull();
});

test('refuses a cookie to a client that takes none, and starts no session', async () => {
  const { id, email } = await user.account();
  const before = (await sessionsOf(id)).length;
  const { errors, cookie } = await ask(
    SIGN_IN,
    { input: { email, password: PASSWORD, cookie: true } },
    NO_CLIENT,
  );
  expect(errors).toMatchObject([
    { extensions: { code: 'BAD_USER_INPUT', fields: [{ path: 'input.cookie' }] } },
  ]);
  expect(cookie).toBeNull();
  expect(await sessionsOf(id)).toHaveLength(before);
});

test('refreshes by the cookie, as the cookie again', async () => {
  const { account, cookie } = await signedIn();
  const next = await ask(REFRESH, {}, withCookie(cookie));
  expect(next.data.refreshSession).toMatchObject({
    __typename: 'AuthSession',
    refreshToken: null,
    user: { id: account.id },
  });
  expect(next.cookie).toMatch(/^[\w-]{43}$/);
  expect(next.cookie).not.toBe(cookie);
  const again = await ask(REFRESH, { token: null }, withCookie(next.cookie ?? ''));
  expect(again.data.refreshSession.__typename).toBe('AuthSession');
});

test('takes the argument before the cookie, and leaves the cookie alone', async () => {
  const [one, other] = [await signedIn(), await signedIn()];
  const { data, cookie } = await ask(REFRESH, { token: one.cookie }, withCookie(other.cookie));
  expect(data.refreshSession).toMatchObject({ user: { id: one.account.id } });
  expect(data.refreshSession.refreshToken).toMatch(/^[\w-]{43}$/);
  expect(cookie).toBeNull();
  const refused = await ask(REFRESH, { token: 'nonsense' }, withCookie(other.cookie));
  expect(refused.data.refreshSession.__typename).toBe('InvalidToken');
  expect(refused.cookie).toBeNull();
});

test('gives two refreshes at once by one cookie the same next one', async () => {
  const { cookie } = await signedIn();
  const both = await Promise.all([1, 2].map(() => ask(REFRESH, {}, withCookie(cookie))));
  expect(both.map(({ data }) => data.refreshSession.__typename)).toEqual(['AuthSession', 'AuthSession']);
  expect(new Set(both.map((one) => one.cookie)).size).toBe(1);
});

test.each([
  ['that no session gave', withCookie('A'.repeat(43))],
  ['that was not fit to be sent on', BROWSER],
])('refuses a cookie %s, and removes it', async (_, client) => {
  const { data, cookie } = await ask(REFRESH, {}, client);
  expect(data.refreshSession.__typename).toBe('InvalidToken');
  expect(cookie).toBe('');
});

test('does not count a cookie where it takes none', async () => {
  const { cookie } = await signedIn();
  const refused = await ask(REFRESH, {}, { ...withCookie(cookie), takesCookies: false });
  expect(refused.data.refreshSession.__typename).toBe('InvalidToken');
  expect(refused.cookie).toBeNull();
});

test('removes the cookie with the sign-out, where there is one', async () => {
  const { account, cookie } = await signedIn();
  const here = asUser(account);
  const out = await ask('mutation { signOut }', {}, withCookie(cookie), here);
  expect(out).toMatchObject({ data: { signOut: true }, cookie: '' });
  expect((await ask(REFRESH, {}, withCookie(cookie))).data.refreshSession.__typename).toBe('InvalidToken');
  expect((await ask('mutation { signOut }', {}, BROWSER, here)).cookie).toBeNull();
});
