import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { silence } from './fake-provider.js';
import { kakaoPerson, naverPerson, openSocial, type SocialUnderTest } from './social.fixture.js';

/** Of each request; five seconds otherwise. */
const TIMEOUT_MS = 1_000;

let social: SocialUnderTest;
beforeAll(async () => {
  social = await openSocial(TIMEOUT_MS);
});
afterAll(() => social[Symbol.asyncDispose]());

test('is unavailable, and begins nothing, while a provider that nothing is known of says nothing', async () => {
  social.naver.instead = { discovery: silence };
  const { errors } = await social.start('NAVER');
  social.naver.instead = {};
  expect(errors?.[0]?.extensions.code).toBe('SERVICE_UNAVAILABLE');
  expect(await social.test.database.query('SELECT 1 FROM social_sign_in')).toEqual([]);
  expect((await social.start('NAVER')).errors).toBeUndefined();
});

test.each([
  ['KAKAO', 'token'],
  ['KAKAO', 'keys'],
  ['KAKAO', 'profile'],
  ['NAVER', 'token'],
  ['NAVER', 'profile'],
] as const)('fails in time when %s says nothing at its %s', async (provider, place) => {
  const fake = provider === 'KAKAO' ? social.kakao : social.naver;
  const person = provider === 'KAKAO' ? kakaoPerson() : naverPerson();
  // Keys that are known already are not asked for.
  await fake.rotateKeys();
  const input = await social.begin(provider, person);
  social.logged.length = 0;
  fake.instead = { [place]: silence };
  const { data } = await social.finish(input);
  fake.instead = {};
  expect(data.signInWithSocial.__typename).toBe('SocialSignInFailed');
  expect(social.logged).toEqual([
    expect.objectContaining({ level: 'warn', provider, reason: expect.stringContaining('TimeoutError') }),
  ]);
  expect((await social.signIn(provider, person)).__typename).toBe('AuthSession');
});
