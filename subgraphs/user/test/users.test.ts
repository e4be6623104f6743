import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Identity } from '@stampede/shared/identity';
import type { Log } from '@stampede/shared/telemetry';
import type { TestAccount } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { asUser, openUser, type UserUnderTest } from './open-user.js';

let user: UserUnderTest;
let operator: Identity;
/** From the oldest to the newest. */
const buyers: TestAccount[] = [];
let seller: TestAccount;

beforeAll(async () => {
  user = await openUser();
  const account = await user.account('OPERATOR');
  operator = asUser(account, 'OPERATOR');
  for (let made = 0; made < 5; made += 1) buyers.push(await user.account());
  seller = await user.account('SELLER');
  // Two of one instant: only the id tells which comes first.
  await user.test.database.run(
    `UPDATE account SET created_at = (SELECT created_at FROM account WHERE id = $1) WHERE id = $2`,
    [buyers[0]?.id, buyers[1]?.id],
  );
});
afterAll(() => user[Symbol.asyncDispose]());

const LIST = `query ($search: String, $role: Role, $first: Int, $after: String) {
  users(search: $search, role: $role, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { id email role } }
  }
}`;
const list = (variables: object = {}, identity: Identity | undefined = operator) =>
  user.ask(LIST, variables, identity);
const idsOf = (answer: Awaited<ReturnType<typeof list>>): string[] =>
  answer.data.users.edges.map(({ node }: { node: { id: string } }) => node.id);

test('pages through everybody, newest first, each once', async () => {
  const seen: string[] = [];
  let after: string | null = null;
  for (;;) {
    const answer = await list({ first: 2, after });
    seen.push(...idsOf(answer));
    const { totalCount, pageInfo } = answer.data.users;
    expect(totalCount).toBe(7);
    expect(pageInfo.hasPreviousPage).toBe(after !== null);
    if (!pageInfo.hasNextPage) break;
    after = pageInfo.endCursor;
  }
  expect(new Set(seen).size).toBe(7);
  expect(seen).toHaveLength(7);
  expect(seen[0]).toBe(seller.id);
  const [first = '', second = ''] = buyers.slice(0, 2).map(({ id }) => id);
  const byId = [first, second].toSorted().toReversed();
  expect(seen.filter((id) => byId.includes(id))).toEqual(byId);
});

test('finds by an address as a whole, however it is written, and by an id', async () => {
  const [buyer] = buyers as [TestAccount];
  const found = { id: buyer.id, email: buyer.email, role: 'BUYER' };
  for (const search of [buyer.email, ` ${buyer.email.toUpperCase()} `, buyer.id, buyer.id.toUpperCase()]) {
    const { data } = await list({ search });
    expect(data.users).toMatchObject({ totalCount: 1, edges: [{ node: found }] });
  }
  for (const search of [buyer.email.slice(1), randomUUID(), '%']) {
    expect((await list({ search })).data.users).toMatchObject({ totalCount: 0, edges: [] });
  }
});

test('lists those in one role', async () => {
  expect(idsOf(await list({ role: 'SELLER' }))).toEqual([seller.id]);
  expect(idsOf(await list({ role: 'BUYER', search: seller.id }))).toEqual([]);
  expect((await list({ role: 'BUYER', first: 0 })).data.users).toMatchObject({ totalCount: 5, edges: [] });
});

test.each([
  [{ first: 101 }, 'first'],
  [{ first: -1 }, 'first'],
  [{ after: 'x' }, 'after'],
  [{ search: 'x'.repeat(255) }, 'search'],
])('refuses %j', async (variables, path) => {
  const { errors } = await list(variables);
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path }] });
});

test('is for operators', async () => {
  const [buyer] = buyers as [TestAccount];
  expect((await list({}, asUser(buyer))).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  expect((await list({}, asUser(seller, 'SELLER'))).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  const nobody = await user.ask(LIST);
  expect(nobody.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
});

test('a name that does not open is left out and logged, and blanks nobody else', async () => {
  const { log, lines } = openRecord();
  await using other = await openUser({ log });
  const [one, two] = [await other.account(), await other.account()];
  await other.test.database.run(
    'UPDATE account SET name = (SELECT name FROM account WHERE id = $1) WHERE id = $2',
    [one.id, two.id],
  );
  const { errors, data } = await other.ask(
    '{ users(role: BUYER) { edges { node { id name } } } }',
    {},
    asUser(await other.account('OPERATOR'), 'OPERATOR'),
  );
  expect(errors).toBeUndefined();
  expect(data.users.edges.map(({ node }: { node: object }) => node)).toEqual([
    { id: two.id, name: '' },
    { id: one.id, name: expect.stringMatching(/./) },
  ]);
  expect(lines.filter(({ text }) => text.includes('does not open'))).toMatchObject([
    { found: { accountId: two.id } },
  ]);
});

function openRecord() {
  const lines: { found: object; text: string }[] = [];
  const write = (found: object, text: string) => void lines.push({ found, text });
  const quiet = () => undefined;
  const log = { trace: quiet, debug: quiet, info: quiet, warn: quiet, error: write } as unknown as Log;
  return { lines, log };
}
