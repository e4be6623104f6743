import type { Client, Identity } from '@stampede/shared/identity';
import { openLog } from '@stampede/shared/telemetry';
import { decodeJwt } from 'jose';
import { randomInt, randomUUID } from 'node:crypto';
import { openProviders } from '../src/social/providers/open-providers.js';
import {
  CLIENT_ID,
  CLIENT_SECRET,
  openFakeProvider,
  type FakePerson,
  type FakeProvider,
} from './fake-provider.js';
import { openUser, type Answer, type Data, type UserOptions, type UserUnderTest } from './open-user.js';

export const REDIRECT_URI = 'http://localhost:4000/social';

export type ProviderName = 'KAKAO' | 'NAVER';

const START = `mutation ($provider: SocialProvider!, $redirectUri: URL!) {
  startSocialSignIn(provider: $provider, redirectUri: $redirectUri) { url state }
}`;

const FINISH = `mutation ($input: SocialSignInInput!) {
  signInWithSocial(input: $input) {
    __typename
    ... on AuthSession {
      accessToken refreshToken
      user { id name email emailVerified socialLinks sessions { id device current } }
    }
    ... on Rejection { message }
  }
}`;

const UNLINK = `mutation ($provider: SocialProvider!) { unlinkSocial(provider: $provider) { id socialLinks } }`;

export interface Input {
  provider: ProviderName;
  code: string;
  state: string;
  redirectUri: string;
  device?: string;
  cookie?: boolean;
}

export interface SocialUnderTest extends UserUnderTest {
  kakao: FakeProvider;
  naver: FakeProvider;
  /** What was logged. */
  logged: Data[];
  start(provider: ProviderName, identity?: Identity, redirectUri?: string): Promise<Answer>;
  /** Begins and goes to the provider. @returns what a client would end the sign-in with. */
  begin(provider: ProviderName, person: FakePerson, identity?: Identity): Promise<Input>;
  finish(input: Input, identity?: Identity, client?: Client): Promise<Answer>;
  /** All of it. @returns the member of the union. */
  signIn(provider: ProviderName, person: FakePerson, identity?: Identity): Promise<Data>;
  unlink(provider: ProviderName, identity: Identity): Promise<Answer>;
  accounts(): Promise<number>;
}

/** The subgraph with two providers that can be made to misbehave. */
export async function openSocial(timeoutMs?: number, options: UserOptions = {}): Promise<SocialUnderTest> {
  const kakao = await openFakeProvider();
  const naver = await openFakeProvider();
  const logged: Data[] = [];
  const log = openLog('user', 'info');
  for (const level of ['info', 'warn', 'error'] as const)
    log[level] = (fields: object, message?: string) => void logged.push({ level, ...fields, message });
  const providers = openProviders(
    {
      NODE_ENV: 'test',
      KAKAO_ISSUER: kakao.issuer,
      KAKAO_API_URL: kakao.apiUrl,
      KAKAO_CLIENT_ID: CLIENT_ID,
      KAKAO_CLIENT_SECRET: CLIENT_SECRET,
      NAVER_ISSUER: naver.issuer,
      NAVER_API_URL: naver.apiUrl,
      NAVER_CLIENT_ID: CLIENT_ID,
      NAVER_CLIENT_SECRET: CLIENT_SECRET,
    },
    timeoutMs,
  );
  const user = await openUser({ providers, log, ...options });

  const social: SocialUnderTest = {
    ...user,
    kakao,
    naver,
    logged,
    start: (provider, identity, redirectUri = REDIRECT_URI) =>
      user.ask(START, { provider, redirectUri }, identity),
    async begin(provider, person, identity) {
      const { data, errors } = await social.start(provider, identity);
      if (!data?.startSocialSignIn) throw new Error(JSON.stringify(errors));
      const { url, state } = data.startSocialSignIn;
      const code = (provider === 'KAKAO' ? kakao : naver).approve(url, person);
      return { provider, code, state, redirectUri: REDIRECT_URI };
    },
    finish: (input, identity, client) => user.ask(FINISH, { input }, identity, client),
    async signIn(provider, person, identity) {
      const { data, errors } = await social.finish(await social.begin(provider, person, identity), identity);
      return data?.signInWithSocial ?? errors;
    },
    unlink: (provider, identity) => user.ask(UNLINK, { provider }, identity),
    async accounts() {
      const [row] = await user.test.database.query<{ count: number }>('SELECT count(*) FROM account');
      return row?.count ?? 0;
    },
    async [Symbol.asyncDispose]() {
      await user[Symbol.asyncDispose]();
      await kakao[Symbol.asyncDispose]();
      await naver[Symbol.asyncDispose]();
    },
  };
  return social;
}

/** Somebody at Kakao, with an address that is proven unless told otherwise. */
export function kakaoPerson(email?: string, change: object = {}): FakePerson {
  const id = randomInt(1, 2 ** 40);
  const account = { email, is_email_valid: true, is_email_verified: true, profile: { nickname: '김하늘' } };
  return { sub: String(id), profile: { id, kakao_account: { ...account, ...change }, connected_at: 'x' } };
}

/** Somebody at Naver. */
export function naverPerson(email?: string, change: object = {}): FakePerson {
  const id = randomUUID();
  const response = { id, email, name: '이바다', ...change };
  return { sub: id, profile: { resultcode: '00', message: 'success', response } };
}

/** Whom an answer has signed in. */
export const identityOf = ({ accessToken }: Data): Identity => {
  const { sub, sid } = decodeJwt(accessToken);
  return { kind: 'user', userId: String(sub), sessionId: String(sid), role: 'BUYER' };
};

export const newEmail = () => `${randomUUID()}@people.test`;
