import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Identity, Role } from '@stampede/shared/identity';
import type { TestAccount } from '@stampede/shared/testing';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { asUser, IDENTITY_SECRET, openUser, PUBLIC_URL, type UserUnderTest } from './open-user.js';

let user: UserUnderTest;
let operator: TestAccount;
beforeAll(async () => {
  user = await openUser();
  operator = await user.account('OPERATOR');
});
afterAll(() => user[Symbol.asyncDispose]());

const SET = `mutation ($userId: ID!, $role: Role!, $displayName: String) {
  setRole(userId: $userId, role: $role, displayName: $displayName) { id role email }
}`;
const set = (
  userId: string,
  role: Role,
  displayName?: string | null,
  by: Identity | undefined = asUser(operator, 'OPERATOR'),
) => user.ask(SET, { userId, role, displayName }, by);
const codeOf = (answer: Awaited<ReturnType<typeof set>>) => answer.errors?.[0]?.extensions.code;
const accountRow = async (id: string) =>
  (
    await user.test.database.query<{ role: Role; display_name: string | null; live: number }>(
      `SELECT role, display_name, (SELECT count(*) FROM session WHERE account_id = account.id AND ended_at IS NULL) AS live
         FROM account WHERE id = $1`,
      [id],
    )
  )[0];

test('makes a seller, and ends the sessions whose tokens say otherwise', async () => {
  const { id, email } = await user.account();
  const { data } = await set(id, 'SELLER', '  North & South ');
  expect(data.setRole).toEqual({ id, role: 'SELLER', email });
  expect(await accountRow(id)).toEqual({ role: 'SELLER', display_name: 'North & South', live: 0 });
});

test('takes the same role again, with another display name', async () => {
  const { id } = await user.account('SELLER');
  expect((await set(id, 'SELLER', 'Renamed')).errors).toBeUndefined();
  expect(await accountRow(id)).toMatchObject({ role: 'SELLER', display_name: 'Renamed' });
});

test('keeps what a former seller was called: their products name them', async () => {
  const { id } = await user.account('SELLER');
  expect((await set(id, 'BUYER')).errors).toBeUndefined();
  expect(await accountRow(id)).toMatchObject({ role: 'BUYER', display_name: 'Test Brand' });
});

test.each<[Role, string | null | undefined]>([
  ['SELLER', undefined],
  ['SELLER', ' '],
  ['SELLER', 'x'.repeat(61)],
  ['BUYER', 'A brand'],
  ['OPERATOR', 'A brand'],
])('refuses %s with the display name %j', async (role, displayName) => {
  const { id } = await user.account();
  const { errors } = await set(id, role, displayName);
  expect(errors?.[0]?.extensions).toMatchObject({
    code: 'BAD_USER_INPUT',
    fields: [{ path: 'displayName' }],
  });
  expect(await accountRow(id)).toEqual({ role: 'BUYER', display_name: null, live: 1 });
});

test('changes nobody’s own role, and knows no unknown user', async () => {
  for (const id of [operator.id, operator.id.toUpperCase()]) {
    expect(codeOf(await set(id, 'BUYER'))).toBe('BAD_USER_INPUT');
  }
  expect(await accountRow(operator.id)).toMatchObject({ role: 'OPERATOR', live: 1 });
  expect(codeOf(await set(randomUUID(), 'BUYER'))).toBe('NOT_FOUND');
  expect(codeOf(await set('x', 'BUYER'))).toBe('NOT_FOUND');
});

test('leaves one operator when two take each other’s role away at once', async () => {
  for (let round = 0; round < 10; round += 1) {
    const [one, other] = [await user.account('OPERATOR'), await user.account('OPERATOR')];
    const answers = await Promise.all([
      set(other.id, 'BUYER', null, asUser(one, 'OPERATOR')),
      set(one.id, 'BUYER', null, asUser(other, 'OPERATOR')),
    ]);
    expect(new Set(answers.map(codeOf))).toEqual(new Set(['FORBIDDEN', undefined]));
  }
});

test('is for operators, and not for who was one until just now', async () => {
  const { id } = await user.account();
  const former = await user.account();
  expect(codeOf(await set(id, 'OPERATOR', null, asUser(former, 'OPERATOR')))).toBe('FORBIDDEN');
  expect(codeOf(await set(id, 'OPERATOR', null, asUser(former)))).toBe('FORBIDDEN');
  expect(codeOf(await user.ask(SET, { userId: id, role: 'OPERATOR' }))).toBe('UNAUTHENTICATED');
  expect(await accountRow(id)).toMatchObject({ role: 'BUYER', live: 1 });
});

const COMMAND = fileURLToPath(new URL('../dist/operators/make-operator.js', import.meta.url));

async function makeOperator(args: string[], change: Record<string, string> = {}, input = '') {
  const env = {
    DATABASE_URL: user.test.url,
    ACCESS_TOKEN_KEYS: user.signingKeys,
    PERSONAL_DATA_KEYS: user.sealingKeys,
    IDENTITY_SECRET,
    REDIS_URL: process.env.REDIS_URL ?? '',
    PUBLIC_URL,
    PORT: '0',
    AMQP_URL: 'amqp://127.0.0.1:1',
    CATALOG_URL: 'http://127.0.0.1:1',
    ORDER_URL: 'http://127.0.0.1:1',
    PAYMENT_URL: 'http://127.0.0.1:1',
    SMTP_URL: 'smtp://127.0.0.1:1',
    ...change,
  };
  const child = spawn(process.execPath, [COMMAND, ...args], { env, stdio: 'pipe' });
  child.stdin.end(input);
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => said.push(text));
  }
  const [code] = (await once(child, 'close')) as [number];
  return { code, said: said.join('') };
}

test('makes the first operator by a command, which says what it did', async () => {
  const { id, email } = await user.account();
  const done = await makeOperator([email.toUpperCase()]);
  expect(done).toEqual({ code: 0, said: expect.stringContaining('Done.') });
  expect(await accountRow(id)).toMatchObject({ role: 'OPERATOR', live: 0 });
  expect(await makeOperator([email])).toEqual({ code: 0, said: expect.stringContaining('already') });
});

test('reads the address from the standard input, where no list of processes shows it', async () => {
  const { id, email } = await user.account();
  const done = await makeOperator([], {}, ` ${email}\nsomething else`);
  expect(done).toEqual({ code: 0, said: expect.stringContaining('Done.') });
  expect(await accountRow(id)).toMatchObject({ role: 'OPERATOR' });
});

test('says by the command’s exit code what is wrong, and never the address', async () => {
  const unknown = await makeOperator(['nobody@stampede.test']);
  expect(unknown).toEqual({ code: 3, said: expect.stringContaining('Sign up') });
  expect(unknown.said).not.toContain('nobody');
  expect(await makeOperator([])).toEqual({ code: 2, said: expect.stringContaining('Usage') });
  expect(await makeOperator(['a@b.test', 'c@d.test'])).toMatchObject({ code: 2 });
  expect(await makeOperator(['a@b.test'], { PERSONAL_DATA_KEYS: '' })).toEqual({
    code: 1,
    said: expect.stringContaining('PERSONAL_DATA_KEYS'),
  });
  expect(await makeOperator(['a@b.test'], { DATABASE_URL: 'postgres://x:y@127.0.0.1:1/z' })).toEqual({
    code: 1,
    said: expect.stringContaining('database'),
  });
});
