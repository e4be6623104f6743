import { expect, test } from '@jest/globals';
import { Unavailable } from '@stampede/shared/errors';
import type { ServiceClient } from '@stampede/shared/subgraph';
import { randomBytes } from 'node:crypto';
import { queueMail } from '../src/mail/queue-mail.js';
import { asUser, openUser } from './open-user.js';

/** A service that keeps so many items of each kind, told in pages of two. */
function service(kept: Record<string, number> = {}): ServiceClient & { asked: object[] } {
  const asked: object[] = [];
  return {
    asked,
    ask: <T>(query: string, variables: Record<string, unknown>) => {
      const of = /personalDataOf(\w+)/.exec(query)?.[1] ?? '';
      asked.push({ of, ...variables });
      const items = kept[of] ?? 0;
      const from = Number(variables.after ?? 0);
      const page = Array.from({ length: items }, (_, item) => item).slice(from, from + 2);
      const next = from + 2 < items ? String(from + 2) : null;
      return Promise.resolve({ page: JSON.stringify({ items: page, next }) } as T);
    },
    close: () => Promise.resolve(),
  };
}

test('tells a person everything that is kept of them, of the other services too, and no secret', async () => {
  const [order, payment, catalog] = [service({ Orders: 5, Cart: 1 }), service(), service({ Wishes: 3 })];
  await using user = await openUser({ order, payment, catalog });
  const [account, other] = [await user.account(), await user.account()];
  const me = asUser(account);
  const home = { recipient: '홍길동', phone: '010-1234-5678', postalCode: '04524', line1: '세종대로 110' };
  await user.ask(
    'mutation ($input: AddressInput!) { saveAddress(input: $input) { id } }',
    { input: home },
    me,
  );
  await user.ask(`mutation { updateProfile(phone: "010-12345") { id } }`, {}, me);
  await user.test.database.run(
    `INSERT INTO social_link (account_id, provider, subject_index) VALUES ($1, 'NAVER', $2)`,
    [account.id, randomBytes(32)],
  );
  const token = randomBytes(32);
  await user.test.database.run(
    `INSERT INTO mail_link (id, purpose, token_hash, email, email_index, language, expires_at)
     VALUES (gen_random_uuid(), 'RESET', $1, '', $2, 'ko', now())`,
    [token, user.sealer.blindIndex(account.email)],
  );

  for (const to of [account.email.toUpperCase(), other.email])
    await queueMail(user.test.database, user.sealer, {
      kind: 'reset-password',
      to,
      language: 'ko',
      content: {},
    });

  const { data, errors } = await user.ask('{ exportMyData }', {}, me);
  expect(errors).toBeUndefined();
  const kept = JSON.parse(data.exportMyData) as Record<string, unknown>;
  expect(kept).toEqual({
    account: {
      id: account.id,
      email: account.email,
      emailVerifiedAt: expect.any(String),
      name: 'Test 1',
      phone: '010-12345',
      role: 'BUYER',
      displayName: null,
      language: 'en',
      hasPassword: true,
      createdAt: expect.any(String),
    },
    addresses: [{ id: expect.any(String), label: null, line2: null, ...home }],
    sessions: [
      {
        id: account.sessionId,
        device: 'Load test',
        createdAt: expect.any(String),
        lastUsedAt: expect.any(String),
        expiresAt: expect.any(String),
        endedAt: null,
      },
    ],
    socialLinks: [{ provider: 'NAVER', linkedAt: expect.any(String) }],
    mailedLinks: [
      { purpose: 'RESET', language: 'ko', createdAt: expect.any(String), expiresAt: expect.any(String) },
    ],
    waitingMails: [{ kind: 'reset-password', language: 'ko', createdAt: expect.any(String) }],
    orders: [0, 1, 2, 3, 4],
    cart: [0],
    payments: [],
    wishes: [0, 1, 2],
  });
  const asked = (of: string, after: string | null) => ({ of, userId: account.id, after });
  expect(order.asked).toHaveLength(4);
  expect(order.asked).toEqual(
    expect.arrayContaining([...[null, '2', '4'].map((after) => asked('Orders', after)), asked('Cart', null)]),
  );
  expect(data.exportMyData).not.toContain('argon2');
  expect(data.exportMyData).not.toContain(other.id);
});

test('tells nothing rather than half when a service is away', async () => {
  const away: ServiceClient = { ...service(), ask: () => Promise.reject(new Unavailable('payment')) };
  await using user = await openUser({ order: service(), payment: away, catalog: service() });
  const answer = await user.ask('{ exportMyData }', {}, asUser(await user.account()));
  expect(answer.errors?.[0]?.extensions.code).toBe('SERVICE_UNAVAILABLE');
  const nobody = await user.ask('{ exportMyData }');
  expect(nobody.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
});
