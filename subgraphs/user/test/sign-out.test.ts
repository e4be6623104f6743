import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { asUser, openUser, PASSWORD, REFRESH, SIGN_IN, type UserUnderTest } from './open-user.js';

let user: UserUnderTest;
beforeAll(async () => {
  user = await openUser();
});
afterAll(() => user[Symbol.asyncDispose]());

test('ends this device’s session and no other', async () => {
  const account = await user.account();
  const { data } = await user.ask(SIGN_IN, { input: { email: account.email, password: PASSWORD } });
  const sessionId = decodeJwt(data.signIn.accessToken).sid as string;
  const here = asUser({ ...account, sessionId });

  expect((await user.ask('mutation { signOut }', {}, here)).data).toEqual({ signOut: true });
  expect((await user.ask('mutation { signOut }', {}, here)).data).toEqual({ signOut: false });
  const refreshed = await user.ask(REFRESH, { token: data.signIn.refreshToken });
  expect(refreshed.data.refreshSession.__typename).toBe('InvalidToken');

  const { data: elsewhere } = await user.ask('{ me { sessions { id current } } }', {}, asUser(account));
  expect(elsewhere.me.sessions).toEqual([{ id: account.sessionId, current: true }]);
});

test('does not end a session that belongs to someone else', async () => {
  const [mine, theirs] = [await user.account(), await user.account()];
  const mixed = asUser({ ...mine, sessionId: theirs.sessionId });
  expect((await user.ask('mutation { signOut }', {}, mixed)).data).toEqual({ signOut: false });
  const { data } = await user.ask('{ me { sessions { id } } }', {}, asUser(theirs));
  expect(data.me.sessions).toEqual([{ id: theirs.sessionId }]);
});

test('asks who is not signed in to sign in first', async () => {
  const { errors } = await user.ask('mutation { signOut }');
  expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
});
