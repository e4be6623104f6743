import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually, type TestAccount } from '@stampede/shared/testing';
import { decodeJwt } from 'jose';
import { tokenTo } from './mailbox.js';
import { asUser, openUser, PASSWORD, type Data, type UserUnderTest } from './open-user.js';
import { call, GOOD_PASSWORD, signIn } from './sign-up.fixture.js';

let user: UserUnderTest;
beforeAll(async () => {
  user = await openUser({ rates: { passwordsPerAccount: { times: 1_000, seconds: 900 } } });
});
afterAll(() => user[Symbol.asyncDispose]());

const AT_ONCE = 8;

/** Signs in by the password of before, several times at once and again and again, until `work` is done. */
async function signsInBeside<T>({ email }: TestAccount, work: () => Promise<T>) {
  const answers: Data[] = [];
  let done = false;
  const again = async () => {
    while (!done) answers.push(await signIn(user, email, PASSWORD));
  };
  const signingIn = Array.from({ length: AT_ONCE }, again);
  const outcome = await work().finally(() => (done = true));
  await Promise.all(signingIn);
  return { outcome, answers };
}

const liveOf = async ({ id }: TestAccount): Promise<string[]> => {
  const rows = await user.test.database.query<{ id: string }>(
    'SELECT id FROM session WHERE account_id = $1 AND ended_at IS NULL',
    [id],
  );
  return rows.map((row) => row.id);
};

const ROUNDS = [1, 2, 3];

test.each(ROUNDS)(
  'leaves only the session that changed the password of those that the old one got, round %i',
  async () => {
    const account = await user.account();
    const change = { current: PASSWORD, new: GOOD_PASSWORD };
    const { outcome, answers } = await signsInBeside(account, () =>
      call(user, 'changePassword', change, { identity: asUser(account) }),
    );
    expect(outcome).toMatchObject({ __typename: 'PasswordChanged' });
    expect(answers.length).toBeGreaterThanOrEqual(AT_ONCE);
    expect(await liveOf(account)).toEqual([account.sessionId]);
  },
);

test.each(ROUNDS)('leaves no session that the password before a reset got, round %i', async () => {
  const account = await user.account();
  await call(user, 'requestPasswordReset', { email: account.email });
  const token = await tokenTo(user, account.email);
  const { outcome } = await signsInBeside(account, () =>
    call(user, 'resetPassword', { token, new: GOOD_PASSWORD }),
  );
  expect(outcome).toMatchObject({ __typename: 'PasswordChanged' });
  expect(await liveOf(account)).toEqual([]);
});

test('waits for whoever is changing the password, and comes in by the new one only', async () => {
  const { id, email } = await user.account();
  const answer = await user.test.database.transaction('test', async (tx) => {
    await tx.run(`UPDATE account SET password_hash = 'another' WHERE id = $1`, [id]);
    const signingIn = signIn(user, email, PASSWORD);
    await eventually(async () => {
      const waiting = 'SELECT 1 FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))';
      expect(await tx.query(waiting)).toHaveLength(1);
    });
    return { signingIn };
  });
  expect(await answer.signingIn).toMatchObject({ __typename: 'InvalidCredentials' });
});

const SET_ROLE = `mutation ($userId: ID!) { setRole(userId: $userId, role: OPERATOR) { id } }`;

test.each(ROUNDS)('gives no token of the role before to a session that goes on, round %i', async () => {
  const account = await user.account();
  const operator = await user.account('OPERATOR');
  const { outcome, answers } = await signsInBeside(account, () =>
    user.ask(SET_ROLE, { userId: account.id }, asUser(operator, 'OPERATOR')),
  );
  expect(outcome.errors).toBeUndefined();
  const tokens = answers.map(({ accessToken }) => decodeJwt(accessToken));
  const live = await liveOf(account);
  const rolesOfLive = tokens.filter(({ sid }) => live.includes(String(sid))).map(({ role }) => role);
  expect(rolesOfLive.length).toBe(live.length);
  expect(new Set(rolesOfLive)).toEqual(new Set(['OPERATOR']));
});
