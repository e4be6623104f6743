import { afterEach, expect, test } from '@jest/globals';
import { openMetrics } from '@stampede/shared/telemetry';
import { buildSchema } from 'graphql';
import { readFileSync } from 'node:fs';
import { readGatewayEnv } from '../src/env.js';
import { openChargeOfRequest } from '../src/rates/charge-of-request.js';
import { KIND_OF_FIELD } from '../src/rates/kinds.js';
import { openLimiter } from '../src/rates/limiter.js';
import { openMeter } from '../src/rates/meter.js';
import { openRates } from '../src/rates/rates.js';
import { openHouse } from './fixtures/house.js';
import { counted, ID, send, shortAnswers } from './fixtures/requests.js';

/** Mutations that are counted with all others, on purpose: they cost no more than they change. */
const PLAIN =
  `clearCart closeSale createCategory createProduct discardDeadLetter endSession pauseSale rebuildStock
  refreshSession removeAddress removeCategory renameCategory replayDeadLetter restock resumeSale saveAddress setCartLine
  setRole shipOrder signOut signOutEverywhere unlinkSocial unwish updateProduct updateProfile wish`.split(
    /\s+/,
  );

test('every mutation that is published is of a kind on purpose', () => {
  const api = buildSchema(readFileSync(new URL('../api.graphql', import.meta.url), 'utf8'));
  const mutations = Object.keys(api.getMutationType()?.getFields() ?? {});
  expect([...KIND_OF_FIELD.mutation.keys(), ...PLAIN].toSorted()).toEqual(mutations.toSorted());
  const queries = Object.keys(api.getQueryType()?.getFields() ?? {});
  expect(queries).toEqual(expect.arrayContaining([...KIND_OF_FIELD.query.keys()]));
});

test.each<[counts: string, query: string]>([
  ['read 1', '{ product { id } }'],
  ['read 1', '{ __typename }'],
  ['read 2', '{ __schema { types { name } } __type(name: "A") { name } }'],
  ['read 2', '{ a: product { id } b: product { id } }'],
  ['read 1', '{ product { id } ...A product { name } } fragment A on Query { product { id } }'],
  [
    'read 3',
    '{ ...A ... on Query { ...A c: x } } fragment A on Query { a: x ...B } fragment B on Query { b: x ...A }',
  ],
  ['read 1', '{ ...Nowhere }'],
  ['export 1, read 1', '{ exportMyData me { id } }'],
  ['sign-in 2', 'mutation { a: signIn { id } b: signIn { id } }'],
  ['sign-in 2', 'mutation { ...A } fragment A on Mutation { a: signIn { id } ... { b: signUp { id } } }'],
  ['checkout 1, mutation 1', 'mutation { buy: checkout { id } wish { id } }'],
  ['mutation 1', 'mutation { constructor }'],
  ['subscription 1', 'subscription { stockChanged { id } }'],
  ['checkout 1', 'query A { a } mutation ByName { checkout { id } }'],
  ['read 1', 'query A { a } mutation B { checkout { id } }'],
  ['read 1', 'mutation { checkout {'],
])('counts as %s: %s', (wanted, query) => {
  const chargeOf = openChargeOfRequest({ QUERY_TOKENS: 1_000, QUERY_FIELDS: 500 });
  const text = () =>
    chargeOf(query, query.includes('ByName') ? 'ByName' : undefined)
      .filter(({ kind }) => kind !== 'document')
      .map(({ kind, count }) => `${kind} ${count}`)
      .toSorted()
      .join(', ');
  expect(text()).toBe(wanted);
  expect(text()).toBe(wanted);
});

test('counts a document by its fields and its text, until it has been found good', () => {
  const chargeOf = openChargeOfRequest({ QUERY_TOKENS: 1_000, QUERY_FIELDS: 500 });
  const documents = (query: string) =>
    chargeOf(query, undefined).find(({ kind }) => kind === 'document')?.count;
  const spread = `{ a ...A ...A } fragment A on Query { ...B ...B } fragment B on Query { ${'a '.repeat(20)} }`;
  for (const [query, wanted] of [
    ['{ a }', 1],
    [`{ ${'a '.repeat(21)} }`, 3],
    [spread, 9],
    [`{ ${'a '.repeat(600)} }`, 50],
    [`{ a(b: "${'x'.repeat(4_000)}") }`, 11],
    ['{', 1],
    [`{ a } #${'x'.repeat(90_000)}`, 50],
  ] as const) {
    expect(documents(query)).toBe(wanted);
    expect(documents(query)).toBe(wanted);
    chargeOf.learn(query, undefined);
    expect(documents(query)).toBeUndefined();
    expect(chargeOf(query, 'Other')).toContainEqual({ kind: 'document', count: wanted });
  }
});

test('lets through a burst, then so many a second, and says exactly when to come again', () => {
  const { take, waitMs } = openLimiter({ perSecond: 3, burst: 7 });
  const at = (now: number) => take('a', 1, now);
  for (let n = 0; n < 7; n++) expect(at(12_345.678)).toBe(0);
  const wait = at(12_345.678);
  expect(wait).toBeCloseTo(333.33, 1);
  // Asking too early puts nothing off.
  expect(at(12_345.678 + wait - 1)).toBeCloseTo(1, 1);
  expect(at(12_345.678 + wait)).toBe(0);
  expect(at(12_345.678 + wait)).toBeGreaterThan(300);
  expect(take('b', 7, 12_345.678)).toBe(0);
  expect(waitMs('c', 8, 0)).toBe(Infinity);
  let passed = 0;
  for (let now = 20_000; now < 30_000; now += 1) if (at(now) === 0) passed += 1;
  expect(passed).toBe(7 + 29);
});

test('keeps a socket to its rate', () => {
  const meter = openMeter({ perSecond: 10, burst: 3 });
  expect([0, 0, 0, 0, 99, 100, 101].map(meter)).toEqual([true, true, true, false, false, true, false]);
});

test('forgets only who owes nothing: a flood of keys neither fills the memory nor clears a debt', () => {
  const { take, size } = openLimiter({ perSecond: 20, burst: 100 });
  for (let n = 0; n < 100; n++) take('bot', 1, 1_000);
  for (let n = 0; n < 100_000; n++) take(`address ${n}`, 1, 1_000 + n / 50);
  // 50 new ones a millisecond, each of which owes for 50 ms.
  expect(size()).toBeLessThan(10_001);
  expect(take('bot', 41, 3_000)).toBeGreaterThan(0);
  expect(take('bot', 40, 3_000)).toBe(0);
});

test('an operation of several kinds is counted whole, or not at all', () => {
  const perAccount = { checkout: { perSecond: 1, burst: 1 }, mutation: { perSecond: 1, burst: 2 } };
  const { refuse } = openRates({ perAccount, perAddress: {}, metrics: openMetrics('whole'), now: () => 0 });
  const whose = { identity: { kind: 'user', userId: 'u1', role: 'BUYER', sessionId: 's1' } as const };
  const checkout = { kind: 'checkout', count: 1 } as const;
  const two = { kind: 'mutation', count: 2 } as const;
  expect(refuse([checkout], whose)).toBeUndefined();
  expect(refuse([two, checkout], whose)?.extensions).toEqual({ code: 'RATE_LIMITED', retryAfterMs: 1_000 });
  expect(refuse([two], whose)).toBeUndefined();
  expect(refuse([{ kind: 'mutation', count: 3 }], whose)?.extensions.code).toBe('BAD_USER_INPUT');
  expect(refuse([{ kind: 'read', count: 9_999 }], whose)).toBeUndefined();
  const service = { identity: { kind: 'service', service: 'gateway' } as const, address: () => 'x' };
  expect(refuse([checkout], service)).toBeUndefined();
  expect(refuse([checkout], service)).toBeUndefined();
});

test.each([
  'read',
  'read=1',
  'read=0/5',
  'read=5/0',
  'reads=1/1',
  'read=1/1;export=1/1',
  'read=0.01/1',
  'toString=1/1',
])('refuses to start with the rate %s', (RATES_PER_ACCOUNT) => {
  const env = { NODE_ENV: 'test', PORT: '0', IDENTITY_SECRET: 'x'.repeat(32), SUPERGRAPH_FILE: '/x' };
  expect(() => readGatewayEnv({ ...env, RATES_PER_ACCOUNT })).toThrow(/RATES_PER_ACCOUNT.*PER_SECOND/);
  expect(
    readGatewayEnv({ ...env, RATES_PER_ACCOUNT: 'read=0.5/3, export=off' }).RATES_PER_ACCOUNT,
  ).toMatchObject({
    read: { perSecond: 0.5, burst: 3 },
    checkout: { perSecond: 20, burst: 200 },
  });
});

const stack: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const part of stack.splice(0).toReversed()) await part.close();
});
const openLimited = async (variables: Record<string, string>) => {
  const house = await openHouse(variables);
  stack.push(house);
  return house;
};

const NAME = `${ID} { product(id: $id) { name } }`;
const named = { query: NAME, variables: { id: 'p1' } };

test('counts the short way, the long way and GET together, by account and by address', async () => {
  // One in ten seconds: nothing comes back while this runs.
  const house = await openLimited({ RATES_PER_ACCOUNT: 'read=0.1/6', RATES_PER_ADDRESS: 'read=0.1/4' });
  const bearer = async (sub: string) => ({
    authorization: `Bearer ${await house.issuer.token({ claims: { sub } })}`,
  });
  const one = await bearer('one');
  expect((await send(house, named, one)).status).toBe(200);
  expect((await send(house, named, one)).status).toBe(200);
  expect(await shortAnswers(house)).toBe(1);
  expect(
    (await send(house, { query: '{ a: product(id: "p1") { id } b: product(id: "p2") { id } }' }, one)).status,
  ).toBe(200);
  const path = `/graphql?query=${encodeURIComponent('{ product(id: "p1") { name } }')}`;
  const headers = { ...one, 'apollo-require-preflight': '1' };
  expect((await house.get(path, { headers })).status).toBe(200);
  // What is no GraphQL has its price.
  expect((await send(house, { query: '{' }, one)).status).toBe(400);

  for (const refused of [
    await send(house, named, one),
    await send(house, { query: '{ __typename }' }, one),
    await send(house, { query: '{ product(id: "p9") { name } ' }, one),
    await house.get(path, { headers }),
    // Another session of the same account.
    await send(house, named, {
      authorization: `Bearer ${await house.issuer.token({ claims: { sub: 'one', sid: 's2' } })}`,
    }),
  ]) {
    expect(refused.status).toBe(429);
    const { code, retryAfterMs = 0 } = refused.body.errors?.[0]?.extensions ?? {};
    expect(code).toBe('RATE_LIMITED');
    expect(refused.headers.get('retry-after')).toBe(String(Math.ceil(retryAfterMs / 1_000)));
  }
  expect(
    (
      await send(
        house,
        {
          query:
            '{ a: __typename b: __typename c: __typename d: __typename e: __typename f: __typename g: __typename }',
        },
        one,
      )
    ).status,
  ).toBe(400);

  // Another account of the same address has its own, and so have those who are nobody.
  expect((await send(house, named, await bearer('two'))).status).toBe(200);
  for (let n = 0; n < 4; n++) expect((await send(house, named)).status).toBe(200);
  expect((await send(house, named)).status).toBe(429);
  // The address is the proxies' word only where there are any.
  expect((await send(house, named, { 'x-forwarded-for': '10.9.9.9' })).status).toBe(429);
  expect(await counted(house, 'rate_limited_total{kind="read",who="account"')).toBe(6);
  expect(await counted(house, 'rate_limited_total{kind="read",who="address"')).toBe(2);
});

test('counts once what goes the short way first and then the long one', async () => {
  const house = await openLimited({ RATES_PER_ADDRESS: 'read=0.1/3' });
  expect((await send(house, named)).status).toBe(200);
  expect((await send(house, { query: NAME })).status).toBe(400);
  expect((await send(house, named)).status).toBe(200);
  expect(await shortAnswers(house)).toBe(1);
  expect((await send(house, named)).status).toBe(429);
});

test('executes and plans nothing of what it refuses, and counts a household as one', async () => {
  const house = await openLimited({
    RATES_PER_ADDRESS: 'mutation=0.1/3,sign-in=0.1/1',
    TRUSTED_PROXIES: '1',
  });
  const from = (address: string) => ({ 'x-forwarded-for': address });
  const rename = (names: string[], address: string) =>
    send(
      house,
      {
        query: `mutation { ${names.map((name) => `${name}: rename(id: "${name}", name: "new") { id }`).join(' ')} }`,
      },
      from(address),
    );
  expect((await rename(['a', 'b'], '2001:db8:1:2::1')).status).toBe(200);
  expect((await rename(['c', 'd'], '2001:db8:1:2::ffff')).status).toBe(429);
  expect((await rename(['e'], '2001:db8:1:2:3::1')).status).toBe(200);
  expect((await rename(['f'], '2001:db8:1:2::1')).status).toBe(429);
  expect((await rename(['g'], '2001:db8:1:3::1')).status).toBe(200);
  expect([...house.names.keys()].toSorted()).toEqual(['a', 'b', 'e', 'g']);
  // Several in one are several, whatever they are called.
  expect((await send(house, { query: 'mutation { a: signIn b: signIn }' }, from('10.0.0.1'))).status).toBe(
    400,
  );
  expect(
    (await send(house, { query: 'mutation { signIn }' }, from('10.0.0.1'))).body.errors?.[0]?.extensions.code,
  ).toBe('GRAPHQL_VALIDATION_FAILED');
  expect((await send(house, { query: 'mutation { signUp }' }, from('10.0.0.1'))).status).toBe(429);
});

test('pages count as what they ask for', async () => {
  const house = await openLimited({ RATES_PER_ADDRESS: 'read=0.1/1,sign-in=0.1/1' });
  const page = (path: string, init: RequestInit = {}) =>
    house.get(path, { headers: { 'accept-language': 'en' }, ...init });
  expect((await page('/products/p1')).status).not.toBe(429);
  const refused = await page('/products/p1');
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '10']);
  expect(refused.text).toContain('That was too often');
  for (const wanted of [403, 429]) {
    expect((await page('/reset-password', { method: 'POST' })).status).toBe(wanted);
  }
  expect((await page('/verify-email', { method: 'POST' })).status).toBe(429);
  expect((await page('/verify-email?token=x')).status).toBe(400);
});
