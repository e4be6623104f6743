import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { signIdentity } from '@stampede/shared/identity';
import { SignJWT, UnsecuredJWT } from 'jose';
import { IDENTITY_SECRET, openHouse, until } from './fixtures/house.js';
import { goodClaims, openIssuer, type TokenChanges } from './fixtures/tokens.js';

let house: Awaited<ReturnType<typeof openHouse>>;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

const WHO = '{ whoAmI }';
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const whoOf = async (headers: Record<string, string>) => {
  const { body } = await house.ask(WHO, headers);
  return JSON.parse(String(body.data?.whoAmI)) as unknown;
};

test('takes a request without a token as anonymous', async () => {
  expect(await whoOf({})).toEqual({ kind: 'anonymous' });
});

test('passes on who the token says is asking', async () => {
  const token = await house.issuer.token({ claims: { sub: 'u9', role: 'SELLER', sid: 's9' } });
  expect(await whoOf(bearer(token))).toEqual({ kind: 'user', userId: 'u9', role: 'SELLER', sessionId: 's9' });
  expect(await whoOf({ authorization: `bearer ${token}` })).toMatchObject({ userId: 'u9' });
});

test('does not pass on an identity that the client sends, not even a well-signed one', async () => {
  const body = JSON.stringify({ query: WHO, variables: {} });
  const identity = { kind: 'service', service: 'order' } as const;
  const header = signIdentity(IDENTITY_SECRET, { audience: 'user', identity, requestId: 'r' }, body);
  expect(await whoOf({ 'stampede-identity': header })).toEqual({ kind: 'anonymous' });
  const token = await house.issuer.token();
  expect(await whoOf({ 'stampede-identity': header, ...bearer(token) })).toMatchObject({ userId: 'u1' });
});

const past = Math.floor(Date.now() / 1_000) - 1;
const bad: Record<string, TokenChanges> = {
  'that has expired': { claims: { exp: past } },
  'that never expires': { claims: { exp: undefined } },
  'that is not valid yet': { claims: { nbf: past + 600 } },
  'for another audience': { claims: { aud: 'elsewhere' } },
  'of another issuer': { claims: { iss: 'elsewhere' } },
  'of another type': { header: { typ: 'JWT' } },
  'without a type': { header: { typ: undefined } },
  'without a key id': { header: { kid: undefined } },
  'of an unknown key': { header: { kid: 'unknown' } },
  'with a role that does not exist': { claims: { role: 'ADMIN' } },
  'without a session': { claims: { sid: undefined } },
  'without a subject': { claims: { sub: undefined } },
};

test.each(Object.entries(bad))('refuses a token %s', async (_, changes) => {
  await expectRefused(bearer(await house.issuer.token(changes)));
});

test('refuses a token that somebody else signed under our key id', async () => {
  const forger = await openIssuer();
  const kid = house.issuer.jwk.kid;
  await expectRefused(bearer(await forger.token({ header: { kid } })));
});

test('refuses a token whose claims were changed after signing', async () => {
  const [header, , signature] = (await house.issuer.token()).split('.');
  const claims = Buffer.from(JSON.stringify({ ...goodClaims(), role: 'OPERATOR' })).toString('base64url');
  await expectRefused(bearer(`${header}.${claims}.${signature}`));
});

test('refuses a token without a signature', async () => {
  const none = new UnsecuredJWT(goodClaims()).encode();
  await expectRefused(bearer(none));
  const [, claims] = none.split('.');
  const header = { alg: 'none', typ: 'at+jwt', kid: house.issuer.jwk.kid };
  const forged = `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${claims}`;
  await expectRefused(bearer(`${forged}.`));
  await expectRefused(bearer(`${forged}.AAAA`));
});

test('refuses a token signed by HMAC with the public key as its secret', async () => {
  const token = await new SignJWT(goodClaims())
    .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: String(house.issuer.jwk.kid) })
    .sign(Buffer.from(house.issuer.pem));
  await expectRefused(bearer(token));
});

test.each(['', 'Bearer', 'Bearer ', 'Bearer a.b', 'Bearer a.b.c.d', 'Basic dTpw', 'Bearer !.!.!', 'null'])(
  'refuses the malformed header %j',
  async (authorization) => {
    await expectRefused({ authorization });
  },
);

test('the secret of the house changes step by step, and nobody is refused over it', async () => {
  const next = 'the secret of the tests that comes after';
  await using changing = await openHouse({ IDENTITY_SECRET: `${IDENTITY_SECRET},${next}` });
  for (const secrets of [IDENTITY_SECRET, `${next},${IDENTITY_SECRET}`, next]) {
    await using gateway = await changing.another({ IDENTITY_SECRET: secrets });
    expect((await gateway.ask(WHO)).body.data).toEqual({ whoAmI: '{"kind":"anonymous"}' });
    // Its channel of ended sessions is let in, too.
    await until(async () => (await gateway.get('/readyz')).status === 200);
  }
  await using stranger = await changing.another({
    IDENTITY_SECRET: 'a secret of nobody of this house at all',
  });
  expect((await stranger.ask(WHO)).body.data).toBeNull();
});

/** On a public field; and nothing of the query is answered. */
async function expectRefused(headers: Record<string, string>): Promise<void> {
  const answer = await house.ask('{ product(id: "p1") { name } }', headers);
  expect(answer.status).toBe(401);
  expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
  expect(answer.body).toEqual({
    errors: [{ message: expect.any(String), extensions: { code: 'UNAUTHENTICATED' } }],
  });
}
