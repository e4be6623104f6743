import { expect, test } from '@jest/globals';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify, type JSONWebKeySet } from 'jose';
import * as client from 'openid-client';
import {
  bearer,
  CLIENT_ID,
  openLogin,
  REDIRECT_URI,
  SECRET,
  type Called,
  type Login,
} from './login.fixture.js';

const PAGE = '/oauth/authorize';
const SCOPE = 'openid account_email profile_nickname';

/** Signs a person in as a relying party does: PKCE, state and nonce checked by openid-client. */
async function signsIn(kakao: Login, fields: Record<string, string> = {}, scope = SCOPE) {
  const configuration = await kakao.configuration();
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const nonce = client.randomNonce();
  const page = client.buildAuthorizationUrl(configuration, {
    redirect_uri: REDIRECT_URI,
    scope,
    state,
    nonce,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  });
  const back = await kakao.consents(page.href, fields);
  const checks = { pkceCodeVerifier, expectedState: state, expectedNonce: nonce };
  return { configuration, tokens: await client.authorizationCodeGrant(configuration, back, checks) };
}

const CHALLENGE = {
  code_challenge: await client.calculatePKCECodeChallenge('v'.repeat(43)),
  code_challenge_method: 'S256',
};

async function codeOf(kakao: Login, changes: Record<string, string | undefined> = {}): Promise<string> {
  const back = await kakao.consents(kakao.page(PAGE, changes));
  return back.searchParams.get('code') ?? '';
}

/** The token endpoint by plain fetch, changes over what is right. */
async function exchanges(
  kakao: Login,
  code: string,
  changes: Record<string, string | undefined> = {},
): Promise<Called> {
  return kakao.post('/oauth/token', {
    grant_type: 'authorization_code',
    client_id: CLIENT_ID,
    client_secret: SECRET,
    redirect_uri: REDIRECT_URI,
    code,
    ...changes,
  });
}

test('a person signs in by openid-client, and both profiles tell the same', async () => {
  await using kakao = await openLogin('kakao');
  const { configuration, tokens } = await signsIn(kakao);
  expect(tokens).toMatchObject({
    token_type: 'bearer',
    expires_in: 21_599,
    refresh_token_expires_in: 5_183_999,
    scope: SCOPE,
  });
  const claims = tokens.claims();
  expect(claims).toMatchObject({
    iss: kakao.url,
    aud: CLIENT_ID,
    sub: '2814000001',
    nickname: '한소라',
    email: 'sora@stampede.test',
    auth_time: expect.any(Number),
  });
  expect((claims?.exp ?? 0) - (claims?.iat ?? 0)).toBe(21_599);
  expect(await client.fetchUserInfo(configuration, tokens.access_token, '2814000001')).toEqual({
    sub: '2814000001',
    nickname: '한소라',
    email: 'sora@stampede.test',
    email_verified: true,
  });
  expect((await kakao.get('/api/v2/user/me', bearer(tokens.access_token))).body).toEqual({
    id: 2_814_000_001,
    connected_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    properties: { nickname: '한소라' },
    kakao_account: {
      profile_nickname_needs_agreement: false,
      profile_image_needs_agreement: true,
      profile: { nickname: '한소라', is_default_nickname: false },
      has_email: true,
      email_needs_agreement: false,
      is_email_valid: true,
      is_email_verified: true,
      email: 'sora@stampede.test',
    },
  });
});

test('the ID token is signed by the published key, in the form Kakao publishes', async () => {
  await using kakao = await openLogin('kakao');
  const { tokens } = await signsIn(kakao);
  const { body } = await kakao.get('/.well-known/jwks.json');
  const published = createLocalJWKSet(body as unknown as JSONWebKeySet);
  const { protectedHeader } = await jwtVerify(tokens.id_token ?? '', published, { algorithms: ['RS256'] });
  const { kid } = protectedHeader;
  expect(body).toEqual({
    keys: [{ kid, kty: 'RSA', alg: 'RS256', use: 'sig', n: expect.any(String), e: 'AQAB' }],
  });
});

test.each([
  ['minjun', { is_email_valid: true, is_email_verified: false, email: 'minjun@stampede.test' }],
  ['jiwoo', { has_email: true, email_needs_agreement: true }],
  ['haneul', { has_email: false, email_needs_agreement: false }],
])('%s has no e-mail in the ID token, and the profile says why', async (person, account) => {
  await using kakao = await openLogin('kakao');
  const { tokens } = await signsIn(kakao, { person });
  expect(tokens.claims()).not.toHaveProperty('email');
  const { body } = await kakao.get('/api/v2/user/me', bearer(tokens.access_token));
  expect(body['kakao_account']).toMatchObject(account);
  expect('email' in (body['kakao_account'] as object)).toBe('email' in account);
  expect(tokens.scope?.includes('account_email')).toBe('email' in account);
});

test('someone new has the id, nickname, e-mail and state of it that were typed', async () => {
  await using kakao = await openLogin('kakao');
  const typed = { id: '77', nickname: '새 사람', email: 'new@x.test', email_state: 'invalid' };
  const { configuration, tokens } = await signsIn(kakao, typed);
  expect(tokens.claims()).toMatchObject({ sub: '77', nickname: '새 사람' });
  expect(tokens.claims()).not.toHaveProperty('email');
  expect(await client.fetchUserInfo(configuration, tokens.access_token, '77')).toMatchObject({
    email: 'new@x.test',
    email_verified: false,
  });
  const { body } = await kakao.get('/api/v2/user/me', bearer(tokens.access_token));
  expect(body['kakao_account']).toMatchObject({ is_email_valid: false, is_email_verified: true });
});

test('someone new by an id alone has nothing of the test people', async () => {
  await using kakao = await openLogin('kakao');
  const { tokens } = await signsIn(kakao, { id: '78', person: 'sora' });
  expect(tokens.claims()).toMatchObject({ sub: '78', nickname: 'kakao-78' });
  const { body } = await kakao.get('/api/v2/user/me', bearer(tokens.access_token));
  expect(body['kakao_account']).toMatchObject({ has_email: false });
});

test('a person of the list can be given another e-mail', async () => {
  await using kakao = await openLogin('kakao');
  const { tokens } = await signsIn(kakao, { person: 'jiwoo', email: 'jiwoo@x.test' });
  expect(tokens.claims()).toMatchObject({ sub: '2814000003', email: 'jiwoo@x.test' });
});

test('an id beyond the safe integers keeps its digits', async () => {
  await using kakao = await openLogin('kakao');
  const { tokens } = await signsIn(kakao, { person: 'haneul' });
  expect(tokens.claims()?.sub).toBe('1376016924426111111');
  const { text } = await kakao.get('/api/v2/user/me', bearer(tokens.access_token));
  expect(text).toContain('{"id":1376016924426111111,"connected_at"');
});

test('without a scope all that is set up is shared; without openid in it there is no ID token', async () => {
  await using kakao = await openLogin('kakao');
  const all = await exchanges(kakao, await codeOf(kakao));
  expect(all.body).toMatchObject({
    scope: 'openid account_email profile_nickname profile_image',
    id_token: expect.any(String),
  });
  const some = await exchanges(kakao, await codeOf(kakao, { scope: 'profile_nickname' }));
  expect(some.body).not.toHaveProperty('id_token');
  const { body } = await kakao.get('/api/v2/user/me', bearer(some.body['access_token']));
  expect(body['kakao_account']).toMatchObject({ email_needs_agreement: true });
});

test('who cancels is led back with access_denied and the state', async () => {
  await using kakao = await openLogin('kakao');
  const denied = 'error=access_denied&error_description=User%20denied%20access&state=s1';
  const back = await kakao.consents(kakao.page(PAGE), { decision: 'cancel' });
  expect(back.href).toBe(`${REDIRECT_URI}?${denied}`);
  const redirect_uri = `${REDIRECT_URI}?from=kakao%20or%20naver`;
  const other = await kakao.consents(kakao.page(PAGE, { redirect_uri }), { decision: 'cancel' });
  expect(other.href).toBe(`${redirect_uri}&${denied}`);
});

test.each([
  ['another redirect_uri', { redirect_uri: 'http://localhost:4000/other' }, 'KOE303'],
  ['the wrong verifier', { code_verifier: 'w'.repeat(43) }, 'KOE320'],
  ['no verifier', { code_verifier: undefined }, 'KOE320'],
  ['another client', { client_id: 'someone-else' }, 'KOE320'],
])('a code is refused with %s', async (_what, change, error_code) => {
  await using kakao = await openLogin('kakao');
  const code = await codeOf(kakao, CHALLENGE);
  const right = { code_verifier: 'v'.repeat(43) };
  expect(await exchanges(kakao, code, { ...right, ...change })).toMatchObject({
    status: 400,
    body: { error: 'invalid_grant', error_description: expect.any(String), error_code },
  });
  const after = await exchanges(kakao, code, right);
  expect(after.status).toBe('client_id' in change ? 200 : 400);
});

test('a code is used once, and expires', async () => {
  await using kakao = await openLogin('kakao');
  const used = await codeOf(kakao);
  expect((await exchanges(kakao, used)).status).toBe(200);
  expect(await exchanges(kakao, used)).toMatchObject({
    status: 400,
    body: { error_description: `authorization code not found for code=${used}`, error_code: 'KOE320' },
  });
  const [inTime, late] = [await codeOf(kakao), await codeOf(kakao)];
  kakao.passes(10 * 60_000 - 5_000);
  expect((await exchanges(kakao, inTime)).status).toBe(200);
  kakao.passes(5_000);
  expect((await exchanges(kakao, late)).body).toMatchObject({ error_code: 'KOE320' });
});

test.each([
  ['a wrong secret', { client_secret: 'wrong' }, 401, { error: 'invalid_client', error_code: 'KOE010' }],
  ['no secret', { client_secret: undefined }, 401, { error: 'invalid_client', error_code: 'KOE010' }],
  ['no client_id', { client_id: '' }, 401, { error: 'invalid_client', error_code: 'KOE101' }],
  ['another grant_type', { grant_type: 'password' }, 400, { error: 'unsupported_grant_type' }],
])('a call with %s is refused, and leaves the code as it was', async (_what, change, status, body) => {
  await using kakao = await openLogin('kakao');
  const code = await codeOf(kakao);
  expect(await exchanges(kakao, code, change)).toMatchObject({ status, body });
  expect((await exchanges(kakao, code)).status).toBe(200);
});

test('openid-client sees Kakao’s own code in a refusal', async () => {
  await using kakao = await openLogin('kakao');
  const configuration = await kakao.configuration();
  const back = await kakao.consents(kakao.page(PAGE));
  const checks = { expectedState: 's1' };
  await client.authorizationCodeGrant(configuration, back, checks);
  await expect(client.authorizationCodeGrant(configuration, back, checks)).rejects.toMatchObject({
    error: 'invalid_grant',
    status: 400,
    cause: { error_code: 'KOE320' },
  });
});

test('refreshing gives new tokens, and a new refresh token only in its last month', async () => {
  await using kakao = await openLogin('kakao');
  const { configuration, tokens } = await signsIn(kakao);
  const refresh = tokens.refresh_token ?? '';
  const refreshed = await client.refreshTokenGrant(configuration, refresh);
  expect(refreshed.claims()).toMatchObject({ sub: '2814000001' });
  expect(refreshed).not.toHaveProperty('refresh_token');
  kakao.passes(31 * 24 * 60 * 60_000);
  expect(await kakao.get('/api/v2/user/me', bearer(refreshed.access_token))).toMatchObject({ status: 401 });
  const call = { grant_type: 'refresh_token', client_id: CLIENT_ID, client_secret: SECRET };
  const late = await kakao.post('/oauth/token', { ...call, refresh_token: refresh });
  expect(late.body).toMatchObject({
    refresh_token: expect.any(String),
    refresh_token_expires_in: 5_183_999,
  });
  kakao.passes(30 * 24 * 60 * 60_000);
  expect(await kakao.post('/oauth/token', { ...call, refresh_token: refresh })).toMatchObject({
    status: 400,
    body: { error: 'invalid_grant', error_code: 'KOE322' },
  });
  expect((await kakao.post('/oauth/token', call)).body).toMatchObject({ error_code: 'KOE319' });
});

test.each(['/api/v2/user/me', '/api/v1/oidc/userinfo'])('%s takes live access tokens only', async (path) => {
  await using kakao = await openLogin('kakao');
  const { tokens } = await signsIn(kakao);
  expect((await kakao.get(path, bearer(tokens.access_token))).status).toBe(200);
  kakao.passes(21_599_000);
  for (const headers of [bearer(tokens.access_token), bearer('unknown'), {}]) {
    const { status, body, headers: answered } = await kakao.get(path, headers);
    expect([status, body]).toEqual([401, { msg: expect.any(String), code: -401 }]);
    expect(answered.get('www-authenticate')).toBe('Bearer error=invalid_token');
  }
});

test.each([
  ['https://shop.example/social', 'KOE006'],
  ['http://localhost.example/', 'KOE006'],
  ['http://localhost@shop.example/', 'KOE006'],
  ['javascript:alert(1)//localhost', 'KOE006'],
  ['http://localhost:4000/social#there', 'KOE006'],
  [undefined, 'KOE006'],
])('nobody is led to %s', async (redirect_uri, code) => {
  await using kakao = await openLogin('kakao');
  for (const method of ['GET', 'POST']) {
    const response = await fetch(kakao.page(PAGE, { redirect_uri }), { method, redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([400, null]);
    expect(await response.text()).toContain(code);
  }
});

test.each([
  ['no client_id', { client_id: '' }, 'KOE101'],
  ['the implicit flow', { response_type: 'token' }, 'KOE001'],
  ['a challenge without its method', { code_challenge: 'c'.repeat(43) }, 'KOE001'],
  ['a plain challenge', { ...CHALLENGE, code_challenge_method: 'plain' }, 'KOE001'],
  ['a nonce of 10 kB', { nonce: 'n'.repeat(10_240) }, 'KOE001'],
  ['a redirect_uri of 10 kB', { redirect_uri: `${REDIRECT_URI}?${'r'.repeat(10_240)}` }, 'KOE006'],
  ['a scope of another provider', { scope: 'openid email' }, 'KOE205'],
])('a request with %s is answered by a page', async (_what, change, code) => {
  await using kakao = await openLogin('kakao');
  const response = await fetch(kakao.page(PAGE, change), { redirect: 'manual' });
  expect([response.status, (await response.text()).includes(code)]).toEqual([400, true]);
});

test('a state of 10 kB comes back whole, and a form of 10 kB is refused', async () => {
  await using kakao = await openLogin('kakao');
  const state = `${'s'.repeat(10_240)}&+% ü`;
  const back = await kakao.consents(kakao.page(PAGE, { state }));
  expect(back.searchParams.get('state')).toBe(state);
  for (const field of ['nickname', 'email', 'id', 'person', 'decision']) {
    const filled = kakao.consents(kakao.page(PAGE), { [field]: '1'.repeat(10_240) });
    await expect(filled).rejects.toThrow('status 400');
  }
});

test('the page is a plain form that shows whatever it is given as text', async () => {
  await using kakao = await openLogin('kakao');
  const evil = `"><script>alert('1')</script>&`;
  const page = kakao.page(PAGE, { client_id: evil, state: evil, scope: SCOPE });
  const shown = await (await fetch(page)).text();
  expect(shown).toContain('<form method="post" action="/kakao/oauth/authorize?response_type=code&amp;');
  expect(shown).toContain('<dd>&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;</dd>');
  const refused = await fetch(page, {
    method: 'POST',
    body: new URLSearchParams({ nickname: evil, email: evil, id: evil }),
  });
  expect(refused.status).toBe(400);
  const again = await refused.text();
  expect(again).toContain('name="nickname" value="&quot;&gt;&lt;script&gt;');
  for (const text of [shown, again]) expect(text).not.toContain('<script');
  const back = await kakao.consents(page, { nickname: '<b>"x"</b>' });
  const { body } = await exchanges(kakao, back.searchParams.get('code') ?? '', { client_id: evil });
  const me = await kakao.get('/api/v2/user/me', bearer(body['access_token']));
  expect(me.body['properties']).toEqual({ nickname: '<b>"x"</b>' });
});

test('keys are rotated: the new one signs, the one before it still verifies, the third last is gone', async () => {
  await using kakao = await openLogin('kakao');
  const kids = async (): Promise<string[]> => {
    const { body } = await kakao.get('/.well-known/jwks.json');
    return (body['keys'] as { kid: string }[]).map((key) => key.kid);
  };
  const [first] = await kids();
  await kakao.post('/keys/rotate', {});
  const [second, before] = await kids();
  expect(before).toBe(first);
  const { tokens } = await signsIn(kakao);
  expect(decodeProtectedHeader(tokens.id_token ?? '')).toMatchObject({ kid: second });
  await kakao.post('/keys/rotate', {});
  expect(await kids()).toEqual([expect.any(String), second]);
});

test('faults spoil each call that a sign-in makes', async () => {
  await using kakao = await openLogin('kakao');
  const token = async () => exchanges(kakao, await codeOf(kakao));
  const { body } = await token();
  const me = () => kakao.get('/api/v2/user/me', bearer(body['access_token']));
  const calls = {
    discovery: () => kakao.get('/.well-known/openid-configuration'),
    keys: () => kakao.get('/.well-known/jwks.json'),
    token,
    profile: me,
  };
  for (const [operation, call] of Object.entries(calls)) {
    await kakao.fault(operation, 'error-500');
    expect([operation, (await call()).status]).toEqual([operation, 500]);
    await kakao.fault(operation, 'nonsense');
    const nonsense = await call();
    expect([operation, nonsense.status]).toEqual([operation, 200]);
    expect(() => JSON.parse(nonsense.text) as unknown).toThrow(SyntaxError);
    await kakao.fault(operation, 'timeout-before', { delayMs: 1 });
    await expect(call()).rejects.toThrow('fetch failed');
    expect([operation, (await call()).status]).toEqual([operation, 200]);
  }
  await kakao.fault('token', 'decline');
  expect(await token()).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  await kakao.fault('profile', 'decline');
  expect(await me()).toMatchObject({ status: 401, body: { code: -401 } });
  await expect(kakao.fault('keys', 'decline')).rejects.toThrow('decline belongs to');
});

test('timeout-before leaves a code as it was, timeout-after has used it', async () => {
  await using kakao = await openLogin('kakao');
  const code = await codeOf(kakao);
  await kakao.fault('token', 'timeout-before', { delayMs: 1 });
  expect((await exchanges(kakao, code, { client_secret: 'wrong' })).status).toBe(401);
  await expect(exchanges(kakao, code)).rejects.toThrow('fetch failed');
  await kakao.fault('token', 'timeout-after', { delayMs: 1 });
  await expect(exchanges(kakao, code)).rejects.toThrow('fetch failed');
  expect((await exchanges(kakao, code)).body).toMatchObject({ error_code: 'KOE320' });
});
