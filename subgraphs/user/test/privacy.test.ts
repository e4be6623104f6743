import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Identity } from '@stampede/shared/identity';
import type { TestAccount } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { asUser, openUser, type UserUnderTest } from './open-user.js';

let user: UserUnderTest;
let buyer: TestAccount;
const addressId = randomUUID();
beforeAll(async () => {
  user = await openUser();
  buyer = await user.account();
  await addPersonalData(buyer.id);
});
afterAll(() => user[Symbol.asyncDispose]());

async function addPersonalData(id: string) {
  const { database } = user.test;
  const seal = (table: string, column: string, row: string, text: string) =>
    user.sealer.seal(text, { table, column, row });
  await database.run(`UPDATE account SET phone = $2 WHERE id = $1`, [
    id,
    seal('account', 'phone', id, '010-1234-5678'),
  ]);
  const address = (column: string, text: string) => seal('address', column, addressId, text);
  await database.run(
    `INSERT INTO address (id, account_id, label, recipient, phone, postal_code, line1) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [
      addressId,
      id,
      address('label', '집'),
      address('recipient', '홍길동'),
      address('phone', '010-1234-5678'),
      address('postal_code', '04524'),
      address('line1', '서울특별시 중구 세종대로 110'),
    ],
  );
  await database.run(
    `INSERT INTO social_link (account_id, provider, subject_index) VALUES ($1, 'KAKAO', $2)`,
    [id, user.sealer.blindIndex('kakao-person')],
  );
}

const REFERENCE = `query ($representations: [_Any!]!) {
  _entities(representations: $representations) {
    ... on User {
      id role emailVerified email phone sessions { id } socialLinks
      addresses { id label recipient phone postalCode line1 line2 }
    }
  }
}`;

async function seenBy(identity: Identity | undefined, id = buyer.id) {
  const answer = await user.ask(REFERENCE, { representations: [{ __typename: 'User', id }] }, identity);
  expect(answer.errors).toBeUndefined();
  return answer.data._entities[0];
}

const personal = () => ({
  email: buyer.email,
  phone: '010-1234-5678',
  sessions: [{ id: buyer.sessionId }],
  addresses: [
    {
      id: addressId,
      label: '집',
      recipient: '홍길동',
      phone: '010-1234-5678',
      postalCode: '04524',
      line1: '서울특별시 중구 세종대로 110',
      line2: null,
    },
  ],
});
const common = () => ({ id: buyer.id, role: 'BUYER', emailVerified: true });
const nothing = { email: null, phone: null, sessions: [], addresses: [], socialLinks: [] };

test('shows everything to the person', async () => {
  expect(await seenBy(asUser(buyer))).toEqual({ ...common(), ...personal(), socialLinks: ['KAKAO'] });
});

test('shows everything but social links to an operator', async () => {
  const operator = asUser(await user.account('OPERATOR'), 'OPERATOR');
  expect(await seenBy(operator)).toEqual({ ...common(), ...personal(), socialLinks: [] });
});

test('shows nothing personal to another buyer, a seller, a service, or nobody', async () => {
  const other = asUser(await user.account());
  const seller = asUser(await user.account('SELLER'), 'SELLER');
  for (const identity of [other, seller, { kind: 'service', service: 'order' } as const, undefined]) {
    expect(await seenBy(identity)).toEqual({ ...common(), ...nothing });
  }
});

test('knows nobody under an id that is no account’s, or none at all', async () => {
  expect(await seenBy(asUser(buyer), randomUUID())).toBeNull();
  expect(await seenBy(asUser(buyer), 'x')).toBeNull();
});

test('leaves out sessions that ended or expired', async () => {
  const account = await user.account();
  await user.test.database.run(`UPDATE session SET ended_at = now() WHERE account_id = $1`, [account.id]);
  expect((await seenBy(asUser(account), account.id)).sessions).toEqual([]);
  await user.test.database.run(
    `UPDATE session SET ended_at = NULL, expires_at = now() WHERE account_id = $1`,
    [account.id],
  );
  expect((await seenBy(asUser(account), account.id)).sessions).toEqual([]);
});

test('answers me with who is signed in, and with null for nobody, a service, and a deleted account', async () => {
  const me = (identity?: Identity) => user.ask('{ me { id email } }', {}, identity);
  expect(await me(asUser(buyer))).toEqual({ data: { me: { id: buyer.id, email: buyer.email } } });
  expect(await me()).toEqual({ data: { me: null } });
  expect(await me({ kind: 'service', service: 'order' })).toEqual({ data: { me: null } });
  expect(await me(asUser({ ...buyer, id: randomUUID() }))).toEqual({ data: { me: null } });
});

test('resolves a mixed list of references in order, sellers by their public name only', async () => {
  const seller = await user.account('SELLER');
  const representations = [
    { __typename: 'Seller', id: seller.id },
    { __typename: 'User', id: buyer.id },
    { __typename: 'Seller', id: buyer.id },
    { __typename: 'Seller', id: seller.id.toUpperCase() },
  ];
  const answer = await user.ask(
    `query ($representations: [_Any!]!) {
       _entities(representations: $representations) { __typename ... on Seller { id displayName } ... on User { id } }
     }`,
    { representations },
  );
  const brand = { __typename: 'Seller', id: seller.id, displayName: 'Test Brand' };
  expect(answer).toEqual({ data: { _entities: [brand, { __typename: 'User', id: buyer.id }, null, brand] } });
});
