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

const PAGE = '/oauth2/authorize';
const OLDER_PAGE = '/oauth2.0/authorize';
const CLIENT = { client_id: CLIENT_ID, client_secret: SECRET };
const SORA = {
  id: expect.stringMatching(/^[\w-]{1,64}$/),
  nickname: '소라',
  name: '한소라',
  email: 'sora@stampede.test',
  gender: 'F',
  age: '20-29',
  birthday: '10-01',
  birthyear: '1999',
  mobile: '010-0000-0001',
  profile_image: expect.stringMatching(/^https:/),
};
const CHALLENGE = {
  scope: 'openid',
  code_challenge: await client.calculatePKCECodeChallenge('v'.repeat(43)),
  code_challenge_method: 'S256',
};

type Changes = Record<string, string | undefined>;

/** Signs a person in as a relying party does: PKCE, state, nonce and signature checked by openid-client. */
async function signsIn(naver: Login, fields: Record<string, string> = {}) {
  const configuration = await naver.configuration();
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const nonce = client.randomNonce();
  const page = client.buildAuthorizationUrl(configuration, {
    redirect_uri: REDIRECT_URI,
    scope: 'openid',
    state,
    nonce,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  });
  const back = await naver.consents(page.href, fields);
  const checks = { pkceCodeVerifier, expectedState: state, expectedNonce: nonce };
  return client.authorizationCodeGrant(configuration, back, checks);
}

async function codeOf(naver: Login, path: string, changes: Changes = {}): Promise<string> {
  const back = await naver.consents(naver.page(path, changes));
  expect(back.searchParams.get('state')).toBe('s1');
  return back.searchParams.get('code') ?? '';
}

/** `/oauth2/token` by plain fetch, changes over what is right. */
function exchanges(naver: Login, code: string, changes: Changes = {}): Promise<Called> {
  const right = { redirect_uri: REDIRECT_URI, code_verifier: 'v'.repeat(43) };
  return naver.post('/oauth2/token', {
    grant_type: 'authorization_code',
    ...CLIENT,
    ...right,
    code,
    ...changes,
  });
}

/** The same of `/oauth2.0/token`. */
function exchangesOlder(naver: Login, code: string, changes: Changes = {}): Promise<Called> {
  return naver.post('/oauth2.0/token', {
    grant_type: 'authorization_code',
    ...CLIENT,
    code,
    state: 's1',
    ...changes,
  });
}

async function tokensOfOlder(naver: Login): Promise<Record<string, unknown>> {
  return (await exchangesOlder(naver, await codeOf(naver, OLDER_PAGE))).body;
}

async function isLive(naver: Login, accessToken: unknown): Promise<boolean> {
  return (await naver.get('/api/v1/nid/me', bearer(accessToken))).status === 200;
}

test('a person signs in by openid-client, which takes the text in expires_in', async () => {
  await using naver = await openLogin('naver');
  const tokens = await signsIn(naver);
  expect(tokens.expires_in).toBe(3_600);
  expect(tokens.claims()).toEqual({
    iss: naver.url,
    aud: CLIENT_ID,
    sub: SORA.id,
    iat: expect.any(Number),
    exp: expect.any(Number),
    auth_time: expect.any(Number),
    nonce: expect.any(String),
  });
  const { status, body } = await naver.get('/api/v1/nid/me', bearer(tokens.access_token));
  expect([status, body]).toEqual([200, { resultcode: '00', message: 'success', response: SORA }]);
  expect((body['response'] as { id: string }).id).toBe(tokens.claims()?.sub);
});

test('discovery is as Naver answers it, and its token endpoint answers text in expires_in', async () => {
  await using naver = await openLogin('naver');
  expect((await naver.get('/.well-known/openid-configuration')).body).toMatchObject({
    issuer: naver.url,
    jwks_uri: `${naver.url}/oauth2/jwks`,
    scopes_supported: ['openid', 'profile'],
  });
  expect((await exchanges(naver, await codeOf(naver, PAGE, CHALLENGE))).body).toEqual({
    access_token: expect.any(String),
    refresh_token: expect.any(String),
    id_token: expect.any(String),
    token_type: 'bearer',
    expires_in: '3600',
  });
});

test('the ID token is signed by the published key, and keys are rotated', async () => {
  await using naver = await openLogin('naver');
  const keys = async () => (await naver.get('/oauth2/jwks')).body as unknown as JSONWebKeySet;
  const first = await signsIn(naver);
  await naver.post('/keys/rotate', {});
  const second = await signsIn(naver);
  for (const { id_token = '' } of [first, second]) {
    await jwtVerify(id_token, createLocalJWKSet(await keys()), { algorithms: ['RS256'], issuer: naver.url });
  }
  const kids = [second, first].map(({ id_token = '' }) => decodeProtectedHeader(id_token).kid);
  expect((await keys()).keys.map((key) => key.kid)).toEqual(kids);
});

test.each([
  ['of the list who keeps the e-mail', { person: 'yuna' }, { id: expect.any(String), nickname: '유나' }],
  ['of the list who shares nothing', { person: 'silent' }, { id: expect.any(String) }],
  [
    'new',
    { id: 'x-1', nickname: '<b>', email: 'x@x.test' },
    { id: 'x-1', nickname: '<b>', email: 'x@x.test' },
  ],
  ['new, without anything', { id: 'x-2' }, { id: 'x-2' }],
  ['new who keeps the e-mail', { id: 'x-3', email: 'x@x.test', email_state: 'none' }, { id: 'x-3' }],
])('somebody %s', async (_who, fields, response) => {
  await using naver = await openLogin('naver');
  const tokens = await signsIn(naver, fields);
  const { body } = await naver.get('/api/v1/nid/me', bearer(tokens.access_token));
  expect(body['response']).toEqual(response);
});

test('the older flow: tokens without an ID token, and a refresh without a new refresh token', async () => {
  await using naver = await openLogin('naver');
  const tokens = await tokensOfOlder(naver);
  const life = { token_type: 'bearer', expires_in: '3600' };
  const access = { access_token: expect.any(String), ...life };
  expect(tokens).toEqual({ ...access, refresh_token: expect.any(String) });
  const refresh = { grant_type: 'refresh_token', ...CLIENT, refresh_token: String(tokens['refresh_token']) };
  naver.passes(3_600_000);
  expect(await isLive(naver, tokens['access_token'])).toBe(false);
  const refreshed = await naver.post('/oauth2.0/token', refresh);
  expect(refreshed.body).toEqual(access);
  expect(await isLive(naver, refreshed.body['access_token'])).toBe(true);
});

test('the older token endpoint takes its parameters from the address too', async () => {
  await using naver = await openLogin('naver');
  const code = await codeOf(naver, OLDER_PAGE);
  const query = new URLSearchParams({ grant_type: 'authorization_code', ...CLIENT, code, state: 's1' });
  expect((await naver.get(`/oauth2.0/token?${query.toString()}`)).body).toHaveProperty('access_token');
});

test('the older flow ignores what OpenID Connect adds', async () => {
  await using naver = await openLogin('naver');
  const code = await codeOf(naver, OLDER_PAGE, { ...CHALLENGE, scope: 'openid email' });
  const { body } = await exchangesOlder(naver, code);
  expect(body).toHaveProperty('access_token');
  expect(body).not.toHaveProperty('id_token');
});

test.each([PAGE, OLDER_PAGE])(
  'who cancels at %s is led back with access_denied and the state',
  async (path) => {
    await using naver = await openLogin('naver');
    const back = await naver.consents(naver.page(path), { decision: 'cancel' });
    expect(back.href).toBe(
      `${REDIRECT_URI}?error=access_denied&error_description=Canceled%20By%20User&state=s1`,
    );
  },
);

test('a scope that discovery does not name is refused', async () => {
  await using naver = await openLogin('naver');
  const back = await naver.consents(naver.page(PAGE, { scope: 'openid email' }));
  expect(back.searchParams.get('error')).toBe('invalid_scope');
});

test.each([
  ['another redirect_uri', { redirect_uri: 'http://localhost:4000/other' }],
  ['the wrong verifier', { code_verifier: 'w'.repeat(43) }],
  ['no verifier', { code_verifier: undefined }],
  ['another state', { state: 's2' }],
  ['another client', { client_id: 'someone-else' }],
])('a code is refused with %s', async (_what, change) => {
  await using naver = await openLogin('naver');
  const code = await codeOf(naver, PAGE, CHALLENGE);
  expect(await exchanges(naver, code, change)).toMatchObject({
    status: 400,
    body: { error: 'invalid_grant', error_description: expect.any(String) },
  });
});

test.each([
  ['the wrong state', { state: 's2' }, 'no valid data in session'],
  ['no state', { state: undefined }, 'state is missing'],
  ['the wrong secret', { client_secret: 'wrong' }, 'wrong client id / client secret pair'],
  ['no client', { client_id: '' }, 'wrong client id / client secret pair'],
  ['another grant_type', { grant_type: 'password' }, 'grant_type is missing or not supported'],
])('the older token endpoint refuses %s with HTTP 200', async (_what, change, error_description) => {
  await using naver = await openLogin('naver');
  const code = await codeOf(naver, OLDER_PAGE);
  expect(await exchangesOlder(naver, code, change)).toMatchObject({
    status: 200,
    body: { error: 'invalid_request', error_description },
  });
});

test('a code is used once, expires, and belongs to the flow that it was asked by', async () => {
  await using naver = await openLogin('naver');
  const [used, late, other] = [
    await codeOf(naver, PAGE, CHALLENGE),
    await codeOf(naver, PAGE, CHALLENGE),
    await codeOf(naver, PAGE, CHALLENGE),
  ];
  const [usedOlder, lateOlder, otherOlder] = [
    await codeOf(naver, OLDER_PAGE),
    await codeOf(naver, OLDER_PAGE),
    await codeOf(naver, OLDER_PAGE),
  ];
  const refused = { status: 400, body: { error: 'invalid_grant' } };
  const refusedOlder = { status: 200, body: { error_description: 'no valid data in session' } };
  expect((await exchanges(naver, used)).status).toBe(200);
  expect(await exchanges(naver, used)).toMatchObject(refused);
  expect((await exchangesOlder(naver, usedOlder)).body).toHaveProperty('access_token');
  expect(await exchangesOlder(naver, usedOlder)).toMatchObject(refusedOlder);
  expect(await exchanges(naver, otherOlder)).toMatchObject(refused);
  expect(await exchangesOlder(naver, other)).toMatchObject(refusedOlder);
  naver.passes(10 * 60_000);
  expect(await exchanges(naver, late)).toMatchObject(refused);
  expect(await exchangesOlder(naver, lateOlder)).toMatchObject(refusedOlder);
});

test.each([
  [{ client_secret: 'wrong' }, 401, 'invalid_client'],
  [{ client_id: '' }, 401, 'invalid_client'],
  [{ grant_type: 'refresh_token' }, 400, 'unsupported_grant_type'],
])('a call with %j is refused, and leaves the code as it was', async (change, status, error) => {
  await using naver = await openLogin('naver');
  const code = await codeOf(naver, PAGE, CHALLENGE);
  expect(await exchanges(naver, code, change)).toMatchObject({ status, body: { error } });
  expect((await exchanges(naver, code)).status).toBe(200);
});

test('openid-client sees a refusal of the token endpoint', async () => {
  await using naver = await openLogin('naver');
  const configuration = await naver.configuration();
  const back = await naver.consents(naver.page(PAGE, CHALLENGE));
  const checks = { expectedState: 's1', pkceCodeVerifier: 'w'.repeat(43) };
  await expect(client.authorizationCodeGrant(configuration, back, checks)).rejects.toMatchObject({
    error: 'invalid_grant',
    status: 400,
  });
});

test('revoking either token ends both, and is answered the same again', async () => {
  await using naver = await openLogin('naver');
  for (const which of ['access_token', 'refresh_token']) {
    const tokens = await tokensOfOlder(naver);
    const form = { ...CLIENT, token: String(tokens[which]), token_type_hint: which };
    expect(await naver.post('/oauth2.0/revoke', { ...form, client_secret: 'wrong' })).toMatchObject({
      status: 401,
      body: { error: 'unauthorized_client' },
    });
    await naver.post('/oauth2.0/revoke', { ...form, client_id: 'someone-else' });
    expect(await isLive(naver, tokens['access_token'])).toBe(true);
    for (const _again of [1, 2]) {
      expect(await naver.post('/oauth2.0/revoke', form)).toMatchObject({ status: 200, text: '' });
    }
    expect(await isLive(naver, tokens['access_token'])).toBe(false);
    const refresh = {
      grant_type: 'refresh_token',
      ...CLIENT,
      refresh_token: String(tokens['refresh_token']),
    };
    expect((await naver.post('/oauth2.0/token', refresh)).body).toMatchObject({ error: 'invalid_request' });
  }
  expect(await naver.post('/oauth2.0/revoke', CLIENT)).toMatchObject({
    status: 400,
    body: { error: 'invalid_request' },
  });
});

test('the profile and its check tell a bad token from a missing one', async () => {
  await using naver = await openLogin('naver');
  const { access_token } = await tokensOfOlder(naver);
  expect((await naver.get('/api/v1/nid/verify', bearer(access_token))).body).toEqual({
    resultcode: '00',
    message: 'success',
  });
  for (const path of ['/api/v1/nid/me', '/api/v1/nid/verify']) {
    expect(await naver.get(path)).toMatchObject({ status: 401, body: { resultcode: '028' } });
    for (const headers of [bearer('unknown'), { authorization: 'Basic eDp5' }]) {
      expect(await naver.get(path, headers)).toMatchObject({ status: 401, body: { resultcode: '024' } });
    }
  }
});

test.each([
  ['no client_id', { client_id: '' }],
  ['a redirect_uri elsewhere', { redirect_uri: 'https://shop.example/social' }],
  ['no state', { state: undefined }],
  ['the implicit flow', { response_type: 'token' }],
])('a request with %s is answered by a page, not by leading back', async (_what, change) => {
  await using naver = await openLogin('naver');
  for (const path of [PAGE, OLDER_PAGE]) {
    for (const method of ['GET', 'POST']) {
      const response = await fetch(naver.page(path, change), { method, redirect: 'manual' });
      expect([response.status, response.headers.get('location')]).toEqual([400, null]);
      expect(await response.text()).toContain('_error</code>');
    }
  }
});

test('a state of 10 kB comes back whole, a form of 10 kB is refused, and all is shown as text', async () => {
  await using naver = await openLogin('naver');
  const state = `${'s'.repeat(10_240)}&+% ü"><script>`;
  const page = naver.page(PAGE, { state, client_id: '"><script>' });
  expect((await naver.consents(page)).searchParams.get('state')).toBe(state);
  const shown = await (await fetch(page)).text();
  const body = new URLSearchParams({ nickname: `"><script>${'n'.repeat(10_240)}` });
  const refused = await fetch(page, { method: 'POST', body });
  expect(refused.status).toBe(400);
  const again = await refused.text();
  expect(again).toContain('value="&quot;&gt;&lt;script&gt;nnn');
  for (const text of [shown, again]) expect(text).not.toContain('<script');
});

test('faults spoil each call that a sign-in makes', async () => {
  await using naver = await openLogin('naver');
  const { access_token } = await tokensOfOlder(naver);
  const token = async () => exchanges(naver, await codeOf(naver, PAGE, CHALLENGE));
  const older = async () => exchangesOlder(naver, await codeOf(naver, OLDER_PAGE));
  const me = () => naver.get('/api/v1/nid/me', bearer(access_token));
  const calls: [string, () => Promise<Called>][] = [
    ['discovery', () => naver.get('/.well-known/openid-configuration')],
    ['keys', () => naver.get('/oauth2/jwks')],
    ['token', token],
    ['token', older],
    ['profile', me],
  ];
  for (const [operation, call] of calls) {
    await naver.fault(operation, 'error-500');
    expect([operation, (await call()).status]).toEqual([operation, 500]);
    await naver.fault(operation, 'nonsense');
    const nonsense = await call();
    expect([operation, nonsense.status]).toEqual([operation, 200]);
    expect(() => JSON.parse(nonsense.text) as unknown).toThrow(SyntaxError);
    await naver.fault(operation, 'timeout-before', { delayMs: 1 });
    await expect(call()).rejects.toThrow('fetch failed');
    expect([operation, (await call()).status]).toEqual([operation, 200]);
  }
  await naver.fault('token', 'decline', { times: 2 });
  expect(await token()).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  expect(await older()).toMatchObject({ status: 200, body: { error: 'invalid_request' } });
  await naver.fault('profile', 'decline');
  expect(await me()).toMatchObject({ status: 401, body: { resultcode: '024' } });
});

test('timeout-before leaves a code as it was, timeout-after has used it', async () => {
  await using naver = await openLogin('naver');
  const code = await codeOf(naver, PAGE, CHALLENGE);
  await naver.fault('token', 'timeout-before', { delayMs: 1 });
  await expect(exchanges(naver, code)).rejects.toThrow('fetch failed');
  await naver.fault('token', 'timeout-after', { delayMs: 1 });
  await expect(exchanges(naver, code)).rejects.toThrow('fetch failed');
  expect((await exchanges(naver, code)).status).toBe(400);
});
