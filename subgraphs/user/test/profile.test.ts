import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { asUser, openUser, type UserUnderTest } from './open-user.js';

let user: UserUnderTest;
beforeAll(async () => {
  user = await openUser();
});
afterAll(() => user[Symbol.asyncDispose]());

const update = async (identity: ReturnType<typeof asUser>, args: string) =>
  user.ask(`mutation { updateProfile(${args}) { id name phone } }`, {}, identity);

test('changes what is told, keeps what is left out, and takes a phone away', async () => {
  const account = await user.account();
  const [me, { id }] = [asUser(account), account];
  const changed = await update(me, `name: "  김하늘 ", phone: "+82 10-1234-5678"`);
  expect(changed.data.updateProfile).toEqual({ id, name: '김하늘', phone: '+82 10-1234-5678' });
  expect((await update(me, `name: "Sky"`)).data.updateProfile).toEqual({
    id,
    name: 'Sky',
    phone: '+82 10-1234-5678',
  });
  expect((await update(me, `phone: null`)).data.updateProfile).toEqual({ id, name: 'Sky', phone: null });
});

test('keeps name and phone sealed, so that the rows tell nobody', async () => {
  const account = await user.account();
  await update(asUser(account), `name: "Unmistakable", phone: "010-4711-0815"`);
  const [row] = await user.test.database.query<{ name: Buffer; phone: Buffer }>(
    'SELECT name, phone FROM account WHERE id = $1',
    [account.id],
  );
  expect(row?.name.toString('latin1')).not.toContain('Unmistakable');
  expect(row?.phone.toString('latin1')).not.toContain('4711');
  const place = { table: 'account', column: 'phone', row: account.id };
  expect(user.sealer.open(row?.phone as Buffer, place)).toBe('010-4711-0815');
});

test.each([
  ['name: null', 'name'],
  ['name: "  "', 'name'],
  ['name: "a\\u0000b"', 'name'],
  ['name: "a\\nb"', 'name'],
  [`name: "${'x'.repeat(101)}"`, 'name'],
  ['phone: ""', 'phone'],
  ['phone: "call me"', 'phone'],
  ['phone: "1234"', 'phone'],
  [`phone: "${'1'.repeat(33)}"`, 'phone'],
  ['name: "Changed", phone: "010;1234"', 'phone'],
])('refuses %s and changes nothing', async (args, path) => {
  const account = await user.account();
  const { errors } = await update(asUser(account), args);
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path }] });
  const { data } = await user.ask('{ me { name phone } }', {}, asUser(account));
  expect(data.me).toEqual({ name: 'Test 1', phone: null });
});

test('takes names of 100 characters, and phones of 5 and of 32', async () => {
  const account = await user.account();
  const name = '😀'.repeat(100);
  expect((await update(asUser(account), `name: "${name}"`)).data.updateProfile.name).toBe(name);
  for (const phone of ['12345', `+${'1'.repeat(31)}`]) {
    expect((await update(asUser(account), `phone: "${phone}"`)).data.updateProfile.phone).toBe(phone);
  }
});

test('asks who is not signed in to sign in first', async () => {
  const { errors } = await user.ask('mutation { updateProfile(name: "Nobody") { id } }');
  expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
});
