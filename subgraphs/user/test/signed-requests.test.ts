import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  ANONYMOUS,
  IDENTITY_HEADER,
  IDENTITY_WINDOW_MS,
  signIdentity,
  type Identity,
} from '@stampede/shared/identity';
import type { TestAccount } from '@stampede/shared/testing';
import { asUser, IDENTITY_SECRET, openUser, post, type UserUnderTest } from './open-user.js';

let user: UserUnderTest;
let buyer: TestAccount;
beforeAll(async () => {
  user = await openUser();
  buyer = await user.account();
});
afterAll(() => user[Symbol.asyncDispose]());

const body = JSON.stringify({ query: '{ me { id } }' });

function signed(
  change: { secret?: string; audience?: string; now?: number; body?: string; identity?: Identity } = {},
) {
  const request = {
    audience: change.audience ?? 'user',
    identity: change.identity ?? asUser(buyer),
    requestId: 'r',
  };
  return signIdentity(
    change.secret ?? IDENTITY_SECRET,
    request,
    change.body ?? body,
    change.now ?? Date.now(),
  );
}

test('answers what the gateway signed', async () => {
  const { status, answer } = await post(user.url, body, { [IDENTITY_HEADER]: signed() });
  expect({ status, answer }).toEqual({ status: 200, answer: { data: { me: { id: buyer.id } } } });
});

test('takes the identity from the signature, not from other headers', async () => {
  const headers = {
    [IDENTITY_HEADER]: signed({ identity: ANONYMOUS }),
    authorization: `Bearer ${buyer.accessToken}`,
  };
  expect((await post(user.url, body, headers)).answer.data).toEqual({ me: null });
});

const tampered = () => {
  const [payload = '', mac = ''] = signed().split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { id: { role: string } };
  claims.id.role = 'OPERATOR';
  return `${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${mac}`;
};

test.each<[string, () => string | undefined]>([
  ['unsigned', () => undefined],
  ['signed by another secret', () => signed({ secret: `${IDENTITY_SECRET}!` })],
  ['signed for another subgraph', () => signed({ audience: 'order' })],
  ['signed too long ago', () => signed({ now: Date.now() - IDENTITY_WINDOW_MS - 1_000 })],
  ['signed for later', () => signed({ now: Date.now() + IDENTITY_WINDOW_MS + 1_000 })],
  ['signed for another body', () => signed({ body: `${body} ` })],
  ['tampered with after it was signed', tampered],
])('refuses a request that is %s', async (_, header) => {
  const value = header();
  const { status, answer } = await post(
    user.url,
    body,
    value === undefined ? {} : { [IDENTITY_HEADER]: value },
  );
  expect(status).toBe(401);
  expect(answer).toEqual({
    errors: [{ message: expect.any(String), extensions: { code: 'UNAUTHENTICATED' } }],
  });
});
