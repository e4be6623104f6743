import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Identity } from '@stampede/shared/identity';
import { randomUUID } from 'node:crypto';
import { asUser, openUser, type UserUnderTest } from './open-user.js';

let user: UserUnderTest;
beforeAll(async () => {
  user = await openUser();
});
afterAll(() => user[Symbol.asyncDispose]());

const ALL = 'id label recipient phone postalCode line1 line2';
const home = {
  label: '집',
  recipient: '홍길동',
  phone: '010-1234-5678',
  postalCode: '04524',
  line1: '서울특별시 중구 세종대로 110',
  line2: '3층',
};
const save = (identity: Identity | undefined, input: object = home, id?: string) =>
  user.ask(
    `mutation ($id: ID, $input: AddressInput!) { saveAddress(id: $id, input: $input) { ${ALL} } }`,
    { id, input },
    identity,
  );
const remove = async (identity: Identity, id: string) =>
  (await user.ask('mutation ($id: ID!) { removeAddress(id: $id) }', { id }, identity)).data.removeAddress;
const addressesOf = async (identity: Identity) =>
  (await user.ask(`{ me { addresses { ${ALL} } } }`, {}, identity)).data.me.addresses;

test('saves addresses, changes one, and takes one away', async () => {
  const me = asUser(await user.account());
  const first = (await save(me)).data.saveAddress;
  expect(first).toEqual({ id: expect.any(String), ...home });
  const second = (await save(me, { ...home, label: undefined, line2: '  ' })).data.saveAddress;
  expect(second).toEqual({ ...home, id: second.id, label: null, line2: null });

  const changed = { ...home, postalCode: 'SW1A 1AA' };
  // An id may be written in capitals; what is sealed for it opens all the same.
  expect((await save(me, changed, first.id.toUpperCase())).data.saveAddress).toEqual({
    id: first.id,
    ...changed,
  });
  expect(await addressesOf(me)).toEqual([{ id: first.id, ...changed }, second]);
  expect(await remove(me, first.id)).toBe(true);
  expect(await remove(me, first.id)).toBe(false);
  expect(await addressesOf(me)).toEqual([second]);
});

test('neither changes nor removes an address that is somebody else’s', async () => {
  const [mine, theirs] = [asUser(await user.account()), asUser(await user.account())];
  const { id } = (await save(theirs)).data.saveAddress;
  for (const other of [id, randomUUID(), 'x']) {
    const { errors } = await save(mine, { ...home, recipient: 'Somebody else' }, other);
    expect(errors?.[0]?.extensions.code).toBe('NOT_FOUND');
    expect(await remove(mine, other)).toBe(false);
  }
  expect(await addressesOf(theirs)).toEqual([{ id, ...home }]);
});

test('keeps 20 addresses of a person, also when many are saved at once', async () => {
  const me = asUser(await user.account());
  const answers = await Promise.all(Array.from({ length: 25 }, () => save(me)));
  const refused = answers.flatMap(({ errors = [] }) => errors.map(({ extensions }) => extensions.code));
  expect(refused).toEqual(Array.from({ length: 5 }, () => 'BAD_USER_INPUT'));
  const kept = await addressesOf(me);
  expect(kept).toHaveLength(20);
  expect((await save(me, { ...home, label: 'changed' }, kept[0].id)).errors).toBeUndefined();
});

test.each([
  ['recipient', ' '],
  ['recipient', 'x'.repeat(101)],
  ['phone', 'none'],
  ['postalCode', '12'],
  ['postalCode', '1234567890123'],
  ['postalCode', '04524;'],
  ['line1', ''],
  ['line1', 'x'.repeat(201)],
  ['line2', 'a\tb'],
  ['label', 'x'.repeat(51)],
])('refuses as %s “%s”', async (field, value) => {
  const me = asUser(await user.account());
  const { errors } = await save(me, { ...home, [field]: value });
  expect(errors?.[0]?.extensions).toMatchObject({
    code: 'BAD_USER_INPUT',
    fields: [{ path: `input.${field}` }],
  });
  expect(await addressesOf(me)).toEqual([]);
});

test('keeps every part of an address sealed', async () => {
  const me = asUser(await user.account());
  const { id } = (await save(me)).data.saveAddress;
  const [row] = await user.test.database.query<Record<string, Buffer>>(
    'SELECT label, recipient, phone, postal_code, line1, line2 FROM address WHERE id = $1',
    [id],
  );
  const open = ([column, envelope]: [string, Buffer]) =>
    user.sealer.open(envelope, { table: 'address', column, row: id });
  expect(Object.entries(row ?? {}).map(open)).toEqual(Object.values(home));
});

const SAVED = `query ($userId: ID!, $addressId: ID!) {
  savedAddress(userId: $userId, addressId: $addressId) { ${ALL} } }`;
const ORDER: Identity = { kind: 'service', service: 'order' };

test('tells the order service a person’s address, and nothing when it is none of theirs', async () => {
  const [mine, theirs] = [await user.account(), await user.account()];
  const { id } = (await save(asUser(mine))).data.saveAddress;
  const tell = async (userId: string, addressId: string) =>
    (await user.ask(SAVED, { userId, addressId }, ORDER)).data.savedAddress;
  expect(await tell(mine.id, id)).toEqual({ id, ...home });
  expect(await tell(mine.id.toUpperCase(), id.toUpperCase())).toEqual({ id, ...home });
  for (const [userId, addressId] of [
    [theirs.id, id],
    [mine.id, randomUUID()],
    [mine.id, 'x'],
    ['x', id],
  ] as const) {
    expect(await tell(userId, addressId)).toBeNull();
  }
  await remove(asUser(mine), id);
  expect(await tell(mine.id, id)).toBeNull();
});

test('tells no address to any other service, and none to people', async () => {
  const account = await user.account();
  const { id: addressId } = (await save(asUser(account))).data.saveAddress;
  const operator = asUser(await user.account('OPERATOR'));
  for (const identity of [asUser(account), operator, { ...ORDER, service: 'payment' }]) {
    const { data, errors } = await user.ask(SAVED, { userId: account.id, addressId }, identity);
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    expect(data?.savedAddress ?? null).toBeNull();
  }
});

test('asks who is not signed in to sign in first', async () => {
  const { errors } = await save(undefined);
  expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
});
