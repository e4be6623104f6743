import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { json } from './fake-provider.js';
import { openUser, type Data } from './open-user.js';
import {
  kakaoPerson,
  naverPerson,
  openSocial,
  REDIRECT_URI,
  type SocialUnderTest,
} from './social.fixture.js';

let social: SocialUnderTest;
beforeAll(async () => {
  social = await openSocial();
});
afterAll(() => social[Symbol.asyncDispose]());

// Nothing may be known of a provider yet: what was read once is remembered.
test('is unavailable while a provider cannot be read, and goes on as soon as it can', async () => {
  const { kakao } = social;
  const faults = [
    { instead: { discovery: json(200, 'nonsense') } },
    { instead: { discovery: json(500, {}) } },
    { metadata: { issuer: 'https://another.test' } },
  ];
  for (const fault of faults) {
    Object.assign(kakao, { instead: {}, metadata: {} }, fault);
    social.logged.length = 0;
    const { errors } = await social.start('KAKAO');
    const extensions = { code: 'SERVICE_UNAVAILABLE', retryAfterMs: expect.any(Number) };
    expect(errors?.[0]?.extensions).toMatchObject(extensions);
    expect(social.logged).toEqual([expect.objectContaining({ level: 'warn', provider: 'KAKAO' })]);
  }
  // RFC 9207: the redirect says who sent it, but clients do not pass that on.
  Object.assign(kakao, { instead: {}, metadata: { authorization_response_iss_parameter_supported: true } });
  expect((await social.signIn('KAKAO', kakaoPerson())).__typename).toBe('AuthSession');
});

test('shows the secret to Naver by HTTP Basic where its discovery knows no other way', async () => {
  social.naver.metadata = { token_endpoint_auth_methods_supported: ['client_secret_basic'] };
  expect((await social.signIn('NAVER', naverPerson())).__typename).toBe('AuthSession');
  const token = social.naver.asked.find(({ path }) => path === '/login/token') as Data;
  expect(token.headers.authorization).toMatch(/^Basic /);
  expect(token.form.has('client_secret')).toBe(false);
});

test('says that a provider is switched off which has no client id', async () => {
  await using off = await openUser();
  const start = `mutation { startSocialSignIn(provider: NAVER, redirectUri: "${REDIRECT_URI}") { url } }`;
  const finish = `mutation { signInWithSocial(input: { provider: NAVER, code: "x", state: "x", redirectUri: "${REDIRECT_URI}" }) { __typename } }`;
  for (const query of [start, finish]) {
    const { errors } = await off.ask(query);
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining('NAVER sign-in is not switched on here.'),
      extensions: { code: 'BAD_USER_INPUT' },
    });
  }
});
