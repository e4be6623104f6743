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

test('ends one of one’s own sessions by its id, once', async () => {
  const account = await user.account();
  const { data } = await user.ask(SIGN_IN, { input: { email: account.email, password: PASSWORD } });
  const other = decodeJwt(data.signIn.accessToken).sid as string;
  const end = (id: string) =>
    user.ask('mutation ($id: ID!) { endSession(id: $id) }', { id }, asUser(account));

  expect((await end(other)).data).toEqual({ endSession: true });
  expect((await end(other)).data).toEqual({ endSession: false });
  const refreshed = await user.ask(REFRESH, { token: data.signIn.refreshToken });
  expect(refreshed.data.refreshSession.__typename).toBe('InvalidToken');
  const { data: left } = await user.ask('{ me { sessions { id } } }', {}, asUser(account));
  expect(left.me.sessions).toEqual([{ id: account.sessionId }]);
});

test.each(['', 'none', '00000000-0000-4000-8000-00000000000'])(
  'has no session of the id %j to end',
  async (id) => {
    const answer = await user.ask(
      'mutation ($id: ID!) { endSession(id: $id) }',
      { id },
      asUser(await user.account()),
    );
    expect(answer).toEqual({ data: { endSession: false } });
  },
);

test('does not end a session of someone else by its id', async () => {
  const [mine, theirs] = [await user.account(), await user.account()];
  const id = theirs.sessionId;
  const { data } = await user.ask('mutation ($id: ID!) { endSession(id: $id) }', { id }, asUser(mine));
  expect(data).toEqual({ endSession: false });
  const { data: left } = await user.ask('{ me { sessions { id } } }', {}, asUser(theirs));
  expect(left.me.sessions).toEqual([{ id }]);
});

test('signs every device of an account out, and nobody else’s', async () => {
  const [account, other] = [await user.account(), await user.account()];
  const { data } = await user.ask(SIGN_IN, { input: { email: account.email, password: PASSWORD } });
  const everywhere = () => user.ask('mutation { signOutEverywhere }', {}, asUser(account));

  expect((await everywhere()).data).toEqual({ signOutEverywhere: 2 });
  expect((await everywhere()).data).toEqual({ signOutEverywhere: 0 });
  const refreshed = await user.ask(REFRESH, { token: data.signIn.refreshToken });
  expect(refreshed.data.refreshSession.__typename).toBe('InvalidToken');
  const { data: left } = await user.ask('{ me { sessions { id } } }', {}, asUser(other));
  expect(left.me.sessions).toEqual([{ id: other.sessionId }]);
});

test.each(['signOutEverywhere', 'endSession(id: "none")'])(
  'asks who is not signed in to sign in before %s',
  async (field) => {
    const { errors } = await user.ask(`mutation { ${field} }`);
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  },
);
