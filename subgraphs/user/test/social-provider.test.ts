import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { json, type FakePerson, type FakeProvider } from './fake-provider.js';
import { asUser } from './open-user.js';
import {
  kakaoPerson,
  naverPerson,
  newEmail,
  openSocial,
  REDIRECT_URI,
  type ProviderName,
  type SocialUnderTest,
} from './social.fixture.js';

let social: SocialUnderTest;
beforeAll(async () => {
  social = await openSocial();
});
beforeEach(() => {
  social.logged.length = 0;
  for (const provider of [social.kakao, social.naver]) {
    provider.asked.length = 0;
    const faultless: Partial<FakeProvider> = {
      instead: {},
      claims: (claims) => claims,
      tokens: (body) => body,
      forges: false,
    };
    Object.assign(provider, faultless);
  }
});
afterAll(() => social[Symbol.asyncDispose]());

const PEOPLE: Record<ProviderName, (email?: string, change?: object) => FakePerson> = {
  KAKAO: kakaoPerson,
  NAVER: naverPerson,
};
const PROVIDERS: ProviderName[] = ['KAKAO', 'NAVER'];
const fakeOf = (provider: ProviderName) => (provider === 'KAKAO' ? social.kakao : social.naver);

/** Ends a sign-in that the provider spoils; nothing of it may remain, nor stand in the log. */
async function expectFailed(provider: ProviderName, reason: string, spoil: (fake: FakeProvider) => void) {
  const email = newEmail();
  const input = await social.begin(provider, PEOPLE[provider](email));
  const before = await social.accounts();
  spoil(fakeOf(provider));
  const { data, errors } = await social.finish(input);
  expect(errors).toBeUndefined();
  expect(data.signInWithSocial).toEqual({
    __typename: 'SocialSignInFailed',
    message: 'We could not confirm who you are there. Please start again.',
  });
  expect(await social.accounts()).toBe(before);
  expect(social.logged).toEqual([
    expect.objectContaining({
      level: 'warn',
      provider,
      requestId: 'test',
      reason: expect.stringContaining(reason),
    }),
  ]);
  const line = JSON.stringify(social.logged);
  for (const secret of [
    input.code,
    input.state,
    email,
    '김하늘',
    '이바다',
    'a secret',
    'secret-of-the-tests',
  ])
    expect(line).not.toContain(secret);
}

const SPOILED: [string, string, (fake: FakeProvider) => void][] = [
  ['a token endpoint that refuses the code', 'invalid_grant', (fake) => void (fake.instead.token = refusal)],
  [
    'a token endpoint that refuses the secret',
    'invalid_client',
    (fake) => void (fake.instead.token = badSecret),
  ],
  [
    'an error with HTTP 200, as Naver’s older paths have it',
    'OAUTH_INVALID_RESPONSE',
    (fake) =>
      void (fake.instead.token = json(200, { error: 'invalid_request', error_description: 'a secret' })),
  ],
  [
    'a token endpoint that answers nonsense',
    'OAUTH_PARSE_ERROR',
    (fake) => void (fake.instead.token = nonsense),
  ],
  [
    'a token endpoint that answers a page',
    'OAUTH_RESPONSE_IS_NOT_JSON',
    (fake) => void (fake.instead.token = page),
  ],
  [
    'a token endpoint that answers 500',
    'OAUTH_RESPONSE_IS_NOT_CONFORM',
    (fake) => void (fake.instead.token = json(500, {})),
  ],
  [
    'a token endpoint that hangs up',
    'UND_ERR_SOCKET',
    (fake) => void (fake.instead.token = (response) => response.destroy()),
  ],
  [
    'an answer without an id_token',
    'OAUTH_INVALID_RESPONSE',
    (fake) => void (fake.tokens = (body) => ({ ...body, id_token: undefined })),
  ],
  [
    'an id_token that is none',
    'ClientError',
    (fake) => void (fake.tokens = (body) => ({ ...body, id_token: 'nonsense' })),
  ],
  [
    'an id_token that nobody signed',
    'ClientError',
    (fake) => void (fake.tokens = (body) => ({ ...body, id_token: unsigned(body.id_token) })),
  ],
  ['a forged signature', 'ClientError', (fake) => void (fake.forges = true)],
  [
    'another nonce',
    'OAUTH_JWT_CLAIM_COMPARISON',
    (fake) => void (fake.claims = (claims) => ({ ...claims, nonce: 'another' })),
  ],
  [
    'no nonce',
    'OAUTH_INVALID_RESPONSE',
    (fake) => void (fake.claims = (claims) => ({ ...claims, nonce: undefined })),
  ],
  [
    'no subject',
    'OAUTH_INVALID_RESPONSE',
    (fake) => void (fake.claims = (claims) => ({ ...claims, sub: undefined })),
  ],
  ['an empty subject', 'NO_SUBJECT', (fake) => void (fake.claims = (claims) => ({ ...claims, sub: '' }))],
  [
    'another audience',
    'OAUTH_JWT_CLAIM_COMPARISON',
    (fake) => void (fake.claims = (claims) => ({ ...claims, aud: 'another' })),
  ],
  [
    'another issuer',
    'OAUTH_JWT_CLAIM_COMPARISON',
    (fake) => void (fake.claims = (claims) => ({ ...claims, iss: 'https://another.test' })),
  ],
  [
    'an id_token of an hour ago',
    'OAUTH_JWT_TIMESTAMP_CHECK',
    (fake) => void (fake.claims = (claims) => ({ ...claims, exp: claims.exp! - 7_200 })),
  ],
  [
    'a profile API that knows no such token',
    'PROFILE_HTTP_401',
    (fake) =>
      void (fake.instead.profile = json(401, { msg: 'this access token does not exist', code: -401 })),
  ],
  ['a profile API that answers nonsense', 'SyntaxError', (fake) => void (fake.instead.profile = nonsense)],
  [
    'a profile that is another thing',
    'PROFILE_NOT_UNDERSTOOD',
    (fake) => void (fake.instead.profile = json(200, { kakao_account: 'a secret', response: 7 })),
  ],
  [
    'a profile API that sends us elsewhere',
    'TypeError',
    (fake) => void (fake.instead.profile = json(302, '', { location: 'http://127.0.0.1:1/' })),
  ],
];

const refusal = json(400, { error: 'invalid_grant', error_code: 'KOE320', error_description: 'a secret' });
const badSecret = json(401, { error: 'invalid_client', error_code: 'KOE010', error_description: 'a secret' });
const nonsense = json(200, 'a secret that is not JSON');
const page = json(200, '<html>a secret</html>', { 'content-type': 'text/html' });
/** The same claims, under the algorithm `none`. */
const unsigned = (token: string) => {
  const header = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
  return `${header}.${token.split('.')[1]}.`;
};

for (const provider of PROVIDERS) {
  test.each(SPOILED)(`${provider}: fails, and leaves nothing, on %s`, (_, reason, spoil) =>
    expectFailed(provider, reason, spoil),
  );
}

test('fails when Kakao’s profile is of somebody else than the id_token', () =>
  expectFailed('KAKAO', 'PROFILE_OF_ANOTHER', (fake) => {
    fake.instead.profile = json(200, kakaoPerson(newEmail()).profile);
  }));

test('fails when Naver’s profile says that it failed', () =>
  expectFailed('NAVER', 'PROFILE_NOT_UNDERSTOOD', (fake) => {
    fake.instead.profile = json(200, { resultcode: '024', message: 'a secret', response: { id: 'x' } });
  }));

test('a failed sign-in has used its state up', async () => {
  const input = await social.begin('KAKAO', kakaoPerson());
  social.kakao.instead.token = refusal;
  await social.finish(input);
  social.kakao.instead = {};
  social.kakao.asked.length = 0;
  expect((await social.finish(input)).data.signInWithSocial.__typename).toBe('SocialSignInFailed');
  expect(social.kakao.asked).toEqual([]);
});

test('shows the secret in the form, with the verifier, the whole redirect URI and the state', async () => {
  const input = await social.begin('KAKAO', kakaoPerson());
  await social.finish(input);
  const token = social.kakao.asked.find(({ path }) => path === '/login/token');
  expect(token?.headers.authorization).toBeUndefined();
  expect(Object.fromEntries(token?.form ?? [])).toEqual({
    grant_type: 'authorization_code',
    client_id: 'client-of-the-tests',
    client_secret: 'secret-of-the-tests',
    code: input.code,
    code_verifier: expect.stringMatching(/^[\w-]{43}$/),
    redirect_uri: REDIRECT_URI,
    state: input.state,
  });
});

test('understands answers that are no more than nearly what they should be', async () => {
  // Naver’s lifetime is a text; Kakao sends headers that others stumbled over; both add fields when they like.
  social.naver.tokens = (body) => ({
    ...body,
    expires_in: '3600',
    token_type: 'Bearer',
    added: { later: true },
  });
  expect((await social.signIn('NAVER', naverPerson(undefined, { added: [1] }))).__typename).toBe(
    'AuthSession',
  );
  const person = kakaoPerson(undefined, { has_email: true, email_needs_agreement: 'yes' });
  const { url, state } = (await social.start('KAKAO')).data.startSocialSignIn;
  social.kakao.odd = true;
  const code = social.kakao.approve(url, person);
  const { data } = await social.finish({ provider: 'KAKAO', code, state, redirectUri: REDIRECT_URI });
  social.kakao.odd = false;
  expect(data.signInWithSocial.__typename).toBe('AuthSession');
});

test('signs in somebody whose address or name is nothing to show', async () => {
  for (const email of ['', 'nonsense', 'a@b', 'who@host-.test', `${'x'.repeat(300)}@people.test`, 7, null]) {
    const person = kakaoPerson(undefined, { email, profile: { nickname: 7 } });
    const { user } = await social.signIn('KAKAO', person);
    expect(user).toMatchObject({ email: null, name: 'Kakao user' });
    const kept = await social.test.database.query('SELECT email FROM account WHERE id = $1', [user.id]);
    expect(kept).toEqual([{ email: null }]);
  }
  const long = await social.signIn('NAVER', naverPerson(undefined, { name: `${'가'.repeat(99)}😀😀` }));
  expect(long.user.name).toBe('가'.repeat(99));
});

test('takes new keys as soon as the provider signs with them', async () => {
  const signIn = async () => (await social.signIn('KAKAO', kakaoPerson())).__typename;
  const fetches = () => social.kakao.asked.filter(({ path }) => path === '/login/keys').length;
  await signIn();
  social.kakao.asked.length = 0;
  expect(await signIn()).toBe('AuthSession');
  expect(fetches()).toBe(0);
  await social.kakao.rotateKeys();
  expect(await signIn()).toBe('AuthSession');
  expect(await signIn()).toBe('AuthSession');
  expect(fetches()).toBe(1);
});

test.each([
  ['answers nonsense', nonsense],
  ['answers 500', json(500, {})],
])('fails when the keys are needed and their place %s', async (_, answer) => {
  await social.kakao.rotateKeys();
  social.kakao.instead.keys = answer;
  expect((await social.signIn('KAKAO', kakaoPerson())).__typename).toBe('SocialSignInFailed');
  social.kakao.instead = {};
  expect((await social.signIn('KAKAO', kakaoPerson())).__typename).toBe('AuthSession');
});

test.each([
  ['a code of 10 kB', { code: 'x'.repeat(10_000) }],
  ['no code', { code: '' }],
  ['a device of 101 characters', { device: 'x'.repeat(101) }],
  ['a cookie where none can be set', { cookie: true }],
])('refuses %s before anything is used up', async (_, change) => {
  const input = await social.begin('KAKAO', kakaoPerson());
  const { errors } = await social.finish({ ...input, ...change });
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
  expect((await social.finish(input)).data.signInWithSocial.__typename).toBe('AuthSession');
});

test('refuses a redirect URI that is not allowed, and begins nothing', async () => {
  const count = async () => (await social.test.database.query('SELECT 1 FROM social_sign_in')).length;
  const before = await count();
  const { errors } = await social.start('KAKAO', undefined, 'http://localhost:4000@evil.test/');
  expect(errors?.[0]?.extensions).toMatchObject({
    code: 'BAD_USER_INPUT',
    fields: [{ path: 'redirectUri' }],
  });
  expect(await count()).toBe(before);
});

test('unlinks nothing for who is not signed in, or has no account any more', async () => {
  const query = 'mutation { unlinkSocial(provider: KAKAO) { id } }';
  const gone = asUser({
    id: crypto.randomUUID(),
    sessionId: crypto.randomUUID(),
    email: '',
    accessToken: '',
  });
  for (const identity of [undefined, gone]) {
    const { errors } = await social.ask(query, {}, identity);
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  }
});
