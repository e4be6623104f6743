import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Identity } from '@stampede/shared/identity';
import { eventually, type TestAccount } from '@stampede/shared/testing';
import { randomBytes, randomUUID } from 'node:crypto';
import { createAccount, findAccountByEmail } from '../src/account.entity.js';
import { addLink, linkEnds, newLinkToken, takeLink } from '../src/mail-link.entity.js';
import { queueMail } from '../src/mail/queue-mail.js';
import { deleteAccount } from '../src/personal-data/delete-account.js';
import { purgeSessions } from '../src/personal-data/purge-sessions.js';
import { sessionEnds } from '../src/session/session.entity.js';
import { asUser, openUser, PASSWORD, REFRESH, SIGN_IN, type UserUnderTest } from './open-user.js';

let user: UserUnderTest;
beforeAll(async () => {
  user = await openUser();
});
afterAll(() => user[Symbol.asyncDispose]());

const DELETE = 'mutation ($password: String) { deleteAccount(password: $password) }';
const remove = (identity?: Identity, password: string | null = PASSWORD) =>
  user.ask(DELETE, { password }, identity);
const codeOf = (answer: Awaited<ReturnType<typeof remove>>) => answer.errors?.[0]?.extensions;
const signIn = async (email: string) =>
  (await user.ask(SIGN_IN, { input: { email, password: PASSWORD } })).data.signIn;
const rows = (table: string, column: string, id: string) =>
  user.test.database.query<Record<string, unknown>>(`SELECT * FROM ${table} WHERE ${column} = $1`, [id]);

/** Everything that the tables can keep of somebody. */
async function fill({ id, email }: TestAccount): Promise<void> {
  const { test, sealer } = user;
  await user.ask(
    `mutation { saveAddress(input: { recipient: "Who", phone: "010-1234", postalCode: "04524", line1: "Where" }) { id } }`,
    {},
    asUser({ id, sessionId: randomUUID() } as TestAccount),
  );
  await test.database.run(
    `INSERT INTO social_link (account_id, provider, subject_index) VALUES ($1, 'KAKAO', $2)`,
    [id, randomBytes(32)],
  );
  await test.database.run(
    `INSERT INTO social_sign_in (state_hash, provider, redirect_uri, code_verifier, nonce, account_id, expires_at)
     VALUES ($1, 'KAKAO', 'http://localhost', '', '', $2, now())`,
    [randomBytes(32), id],
  );
  for (const [purpose, accountId] of [
    ['VERIFY', id],
    ['RESET', null],
  ]) {
    await test.database.run(
      `INSERT INTO mail_link (id, purpose, token_hash, email, email_index, account_id, language, expires_at)
       VALUES (gen_random_uuid(), $1, $2, '', $3, $4, 'en', now())`,
      [purpose, randomBytes(32), sealer.blindIndex(accountId ? 'another address' : email), accountId],
    );
  }
  const mail = { kind: 'reset-password', to: email.toUpperCase(), language: 'en', content: {} } as const;
  await queueMail(test.database, sealer, mail);
}

test('leaves of an account its id and role, and nothing by which anybody knows the person', async () => {
  const [account, other] = [await user.account(), await user.account()];
  await fill(account);
  await fill(other);
  const { id, email } = account;
  const session = await signIn(email);

  expect((await remove(asUser(account))).data).toEqual({ deleteAccount: true });

  expect(await rows('account', 'id', id)).toEqual([
    {
      id,
      role: 'BUYER',
      language: 'en',
      created_at: expect.any(Date),
      deleted_at: expect.any(Date),
      email: null,
      email_index: null,
      email_verified_at: null,
      name: null,
      phone: null,
      password_hash: null,
      display_name: null,
    },
  ]);
  const keeps = async (whose: TestAccount) => ({
    address: (await rows('address', 'account_id', whose.id)).length,
    social: (await rows('social_link', 'account_id', whose.id)).length,
    begun: (await rows('social_sign_in', 'account_id', whose.id)).length,
    verify: (await rows('mail_link', 'account_id', whose.id)).length,
    reset: (
      await user.test.database.query('SELECT 1 FROM mail_link WHERE email_index = $1', [
        user.sealer.blindIndex(whose.email),
      ])
    ).length,
  });
  expect(await keeps(account)).toEqual({ address: 0, social: 0, begun: 0, verify: 0, reset: 0 });
  expect(await keeps(other)).toEqual({ address: 1, social: 1, begun: 1, verify: 1, reset: 1 });
  const mails = await user.test.database.query<{ id: string; recipient: Buffer }>(
    'SELECT id, recipient FROM mail',
  );
  expect(
    mails.map((mail) =>
      user.sealer.open(mail.recipient, { table: 'mail', column: 'recipient', row: mail.id }),
    ),
  ).toEqual([other.email.toUpperCase()]);

  const sessions = await rows('session', 'account_id', id);
  expect(sessions.map(({ device, ended_at: endedAt }) => [device, endedAt])).toEqual([
    ['', expect.any(Date)],
    ['', expect.any(Date)],
  ]);
  expect((await signIn(email)).__typename).toBe('InvalidCredentials');
  const refreshed = await user.ask(REFRESH, { token: session.refreshToken });
  expect(refreshed.data.refreshSession.__typename).toBe('InvalidToken');
});

test('tells gateways of every session that it ended, and none of a deletion that failed', async () => {
  const account = await user.account();
  const told: string[] = [];
  const listening = sessionEnds.listen((id) => void told.push(id));
  await remove(asUser(account), 'wrong');
  expect(told).toEqual([]);
  await remove(asUser(account));
  expect(told).toEqual([account.sessionId]);
  await listening.close();
});

test('tells the other services of a deletion by its account’s id, and of none that failed', async () => {
  const account = await user.account();
  const told = () =>
    user.test.database.query(
      `SELECT routing_key, body FROM outbox WHERE body ->> 'accountId' = $1 OR body::text LIKE '%' || $2 || '%'`,
      [account.id, account.email],
    );
  await remove(asUser(account), 'wrong');
  expect(await told()).toEqual([]);
  await remove(asUser(account));
  expect(await told()).toEqual([{ routing_key: 'account.deleted', body: { accountId: account.id } }]);
});

test('lets the same address sign up anew, as somebody else', async () => {
  const account = await user.account();
  await remove(asUser(account));
  const { database } = user.test;
  expect(await findAccountByEmail(database, user.sealer, account.email)).toBeUndefined();
  const anew = await createAccount(database, user.sealer, {
    name: 'Anew',
    email: account.email,
    language: 'ko',
  });
  expect(anew?.id).not.toBe(account.id);
  expect((await findAccountByEmail(database, user.sealer, account.email))?.id).toBe(anew?.id);
});

const REFERENCES = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
  __typename ... on Seller { displayName } ... on User { id name } } }`;

test('names a deleted seller by the brand, and nobody as a user', async () => {
  const { id, sessionId } = await user.account('SELLER');
  await remove(asUser({ id, sessionId } as TestAccount, 'SELLER'));
  const representations = ['Seller', 'User'].map((type) => ({ __typename: type, id }));
  const operator = asUser(await user.account('OPERATOR'), 'OPERATOR');
  const { data, errors } = await user.ask(REFERENCES, { representations }, operator);
  expect(errors).toBeUndefined();
  expect(data._entities).toEqual([{ __typename: 'Seller', displayName: 'Test Brand' }, null]);
});

test.each([['wrong'], [null], ['x'.repeat(300)]])('refuses the password %j', async (password) => {
  const account = await user.account();
  expect(codeOf(await remove(asUser(account), password))).toMatchObject({
    code: 'BAD_USER_INPUT',
    fields: [{ path: 'password' }],
  });
  expect((await signIn(account.email)).__typename).toBe('AuthSession');
});

test('wants a sign-in of the last 15 minutes of who has no password', async () => {
  const { database } = user.test;
  const account = await user.account();
  await database.run('UPDATE account SET password_hash = NULL WHERE id = $1', [account.id]);
  const startedAgo = (minutes: number) =>
    database.run('UPDATE session SET created_at = now() - make_interval(mins => $2) WHERE id = $1', [
      account.sessionId,
      minutes,
    ]);
  await startedAgo(16);
  // What is typed in place of a password that was never set changes nothing.
  for (const password of [null, PASSWORD]) {
    expect(codeOf(await remove(asUser(account), password))).toMatchObject({ code: 'BAD_USER_INPUT' });
  }
  await startedAgo(14);
  const other = await user.account();
  const mixed = asUser({ ...account, sessionId: other.sessionId });
  expect(codeOf(await remove(mixed, null))).toMatchObject({ code: 'BAD_USER_INPUT' });
  expect((await remove(asUser(account), null)).data).toEqual({ deleteAccount: true });
});

test('leaves nothing for a second deletion, nor for an access token that outlives its account', async () => {
  const account = await user.account();
  await remove(asUser(account));
  expect(codeOf(await remove(asUser(account)))).toMatchObject({ code: 'UNAUTHENTICATED' });
  const input = `{ recipient: "Who", phone: "010-1234", postalCode: "04524", line1: "Where" }`;
  for (const mutation of [`saveAddress(input: ${input}) { id }`, 'updateProfile(name: "Back") { id }']) {
    const answer = await user.ask(`mutation { ${mutation} }`, {}, asUser(account));
    expect(codeOf(answer)).toMatchObject({ code: 'UNAUTHENTICATED' });
  }
  expect(await rows('address', 'account_id', account.id)).toEqual([]);
});

test('signs no device in behind the back of a deletion', async () => {
  for (let round = 0; round < 5; round += 1) {
    const account = await user.account();
    const [deleted] = await Promise.all([
      remove(asUser(account)),
      ...Array.from({ length: 4 }, () =>
        user.ask(SIGN_IN, { input: { email: account.email, password: PASSWORD } }),
      ),
    ]);
    expect(deleted.data).toEqual({ deleteAccount: true });
    const sessions = await rows('session', 'account_id', account.id);
    expect(sessions.filter((row) => row.ended_at === null)).toEqual([]);
  }
});

test.each(['RESET', 'VERIFY'] as const)(
  'waits for nobody who follows a %s link at the same moment, and leaves them nothing to do',
  async (purpose) => {
    const { database } = user.test;
    const { sealer } = user;
    const account = await user.account();
    const token = newLinkToken();
    const accountId = purpose === 'VERIFY' ? account.id : null;
    const link = { purpose, token, accountId, email: account.email, language: 'en' } as const;
    await addLink(database, sealer, { ...link, expiresAt: linkEnds(purpose) });
    let deletion: ReturnType<typeof remove> | undefined;
    let deleted = false;
    const changed = await database.transaction('test', async (tx) => {
      expect(await takeLink(tx, sealer, token, [purpose])).toBeDefined();
      deletion = remove(asUser(account)).finally(() => (deleted = true));
      await eventually(async () => {
        const waiting = await database.query(
          `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        if (!deleted && waiting.length === 0) throw new Error('the deletion is not there yet');
      });
      // As whoever has the link goes on.
      return tx.run(`UPDATE account SET password_hash = 'x' WHERE id = $1 AND deleted_at IS NULL`, [
        account.id,
      ]);
    });
    expect((await deletion)?.data).toEqual({ deleteAccount: true });
    expect(changed).toBe(0);
    expect(await rows('mail_link', 'account_id', account.id)).toEqual([]);
  },
);

test('never deletes the last operator, not even when all of them leave at once', async () => {
  const { database } = user.test;
  for (let round = 0; round < 5; round += 1) {
    await database.run(`UPDATE account SET role = 'BUYER' WHERE role = 'OPERATOR'`);
    const operators = [
      await user.account('OPERATOR'),
      await user.account('OPERATOR'),
      await user.account('OPERATOR'),
    ];
    // Passwords are checked in turns; without them all come at once.
    await database.run(`UPDATE account SET password_hash = NULL WHERE role = 'OPERATOR'`);
    const answers = await Promise.all(operators.map((account) => remove(asUser(account, 'OPERATOR'), null)));
    expect(answers.filter(({ data }) => data?.deleteAccount === true)).toHaveLength(2);
    const left = await database.query(
      `SELECT id FROM account WHERE role = 'OPERATOR' AND deleted_at IS NULL`,
    );
    expect(left).toHaveLength(1);
  }
});

test('asks who is not signed in to sign in first', async () => {
  expect(codeOf(await remove())).toMatchObject({ code: 'UNAUTHENTICATED' });
});

test('purges sessions that ended or expired more than 30 days ago, and no others', async () => {
  const { database } = user.test;
  await purgeSessions(database);
  const ages: [ended: string, expires: string, kept: boolean][] = [
    ['31 days', '-1 day', false],
    ['29 days', '40 days', true],
    ['', '31 days', false],
    ['', '29 days', true],
    ['', '-1 day', true],
  ];
  const kept: string[] = [];
  for (const [ended, expires, stays] of ages) {
    const { sessionId } = await user.account();
    await database.run(
      `UPDATE session SET ended_at = now() - nullif($2, '')::interval, expires_at = now() - $3::interval WHERE id = $1`,
      [sessionId, ended, expires],
    );
    if (stays) kept.push(sessionId);
  }
  const before = await database.query('SELECT id FROM session');
  expect(await purgeSessions(database)).toBe(2);
  const after = await database.query<{ id: string }>('SELECT id FROM session');
  expect(after).toHaveLength(before.length - 2);
  expect(after.map(({ id }) => id)).toEqual(expect.arrayContaining(kept));
});

test('is not done by a password that was changed while it was checked', async () => {
  const { id, sessionId } = await user.account();
  const { database } = user.test;
  const nobodyCounts = {
    attempt: () => Promise.resolve(null),
    undone: nothing,
    failed: nothing,
    succeeded: nothing,
  };
  const parts = {
    database,
    sealer: user.sealer,
    limits: { passwords: nobodyCounts, mails: { attempt: () => Promise.resolve(null), undone: nothing } },
    passwords: {
      hash: () => Promise.reject(new Error('nothing is hashed')),
      matches: async () => {
        await database.run(`UPDATE account SET password_hash = 'another' WHERE id = $1`, [id]);
        return true;
      },
    },
  };
  const deletion = { userId: id, sessionId, password: PASSWORD };
  await expect(deleteAccount(parts, deletion)).rejects.toMatchObject({
    extensions: { code: 'BAD_USER_INPUT', fields: [{ path: 'password' }] },
  });
  expect(await rows('account', 'id', id)).toMatchObject([{ deleted_at: null, password_hash: 'another' }]);
});

const nothing = () => Promise.resolve();
