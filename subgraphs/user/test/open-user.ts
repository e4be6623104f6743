import { hash } from '@node-rs/argon2';
import { Unavailable } from '@stampede/shared/errors';
import {
  ANONYMOUS,
  IDENTITY_HEADER,
  signIdentity,
  type Client,
  type Identity,
  type Role,
} from '@stampede/shared/identity';
import { openGuard, openRedis } from '@stampede/shared/redis';
import { openSealer, type Sealer } from '@stampede/shared/sealing';
import { openLog, openMetrics, type Log } from '@stampede/shared/telemetry';
import { serveSubgraph, type ServiceClient } from '@stampede/shared/subgraph';
import {
  createAccounts,
  openTestDatabase,
  type TestAccount,
  type TestDatabase,
} from '@stampede/shared/testing';
import type { Redis } from 'ioredis';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { openLimits, type Rates } from '../src/limits/limits.js';
import { buildUserSubgraph } from '../src/schema.js';
import { openPasswords } from '../src/passwords/passwords.js';
import { openRecentlyEnded } from '../src/session/ended/recently-ended.js';
import { tellGateways } from '../src/session/ended/tell-gateways.js';
import type { LoginProviders } from '../src/social/providers/open-providers.js';
import { jwksRoutes } from '../src/tokens/jwks.js';
import { readSigningKeys } from '../src/tokens/signing-keys.js';

export const MIGRATIONS = fileURLToPath(new URL('../migrations', import.meta.url));
export const IDENTITY_SECRET = 'local-only-test-identity-secret-0123456789';
export const PUBLIC_URL = 'http://localhost:4000';
export const SOCIAL_REDIRECT_URIS = 'https://shop.example/after-login, http://localhost:*';
export const PASSWORD = 'correct horse battery staple';

const base64Key = () => randomBytes(32).toString('base64');
export const newSealingKeys = () => `a:${base64Key()},index:${base64Key()}`;
export const newSigningKey = () =>
  generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();

/** What any test of this subgraph reads from its answers. */
// oxlint-disable-next-line typescript/no-explicit-any -- a test says what it expects; a type would say it twice
export type Data = any;

export interface Answer {
  data?: Data;
  errors?: { message: string; extensions: { code: string } }[];
}

export interface UserUnderTest extends AsyncDisposable {
  url: string;
  test: TestDatabase;
  sealer: Sealer;
  redis: Redis;
  namespace: string;
  signingKeys: string;
  sealingKeys: string;
  /** Asks as the gateway would, on behalf of `identity`; nobody by default. */
  ask(query: string, variables?: object, identity?: Identity, client?: Client): Promise<Answer>;
  account(role?: Role): Promise<TestAccount>;
  metric(name: string): Promise<number>;
  [Symbol.asyncDispose](): Promise<void>;
}

const NO_PROVIDERS: LoginProviders = { KAKAO: null, NAVER: null };

/** The other services, as this one asks them. */
export type Others = Record<'order' | 'payment' | 'catalog', ServiceClient>;

const NOBODY: ServiceClient = {
  ask: () => Promise.reject(new Unavailable('a service that the test does not have')),
  close: () => Promise.resolve(),
};

export interface UserOptions extends Partial<Others> {
  rates?: Partial<Rates>;
  /** Who else vouches for people: nobody, unless a test brings them. */
  providers?: LoginProviders;
  log?: Log;
  /** Whose database it shares: another start of the same service, perhaps under other keys. */
  beside?: UserUnderTest;
  signingKeys?: string;
  sealingKeys?: string;
}

/** The subgraph over a database of its own, served over HTTP. */
export async function openUser({
  rates,
  providers = NO_PROVIDERS,
  order = NOBODY,
  payment = NOBODY,
  catalog = NOBODY,
  log = openLog('user', 'silent'),
  beside,
  signingKeys = `${newSigningKey()}${newSigningKey()}`,
  sealingKeys = newSealingKeys(),
}: UserOptions = {}): Promise<UserUnderTest> {
  const test = beside?.test ?? (await openTestDatabase('user', MIGRATIONS));
  const sealer = openSealer(sealingKeys);
  const keys = readSigningKeys(signingKeys);
  const metrics = openMetrics('user');
  const passwords = await openPasswords(metrics);
  const passwordHash = await hash(PASSWORD);
  const { database } = test;
  const redis = openRedis(process.env.REDIS_URL ?? '', log);
  const namespace = `test-${randomBytes(5).toString('hex')}`;
  const guard = openGuard(redis, namespace, log);
  const ended = openRecentlyEnded({ database, log });
  const telling = tellGateways({ ended, identitySecret: IDENTITY_SECRET, log });
  const server = await serveSubgraph({
    service: 'user',
    subgraph: await buildUserSubgraph({
      database,
      sealer,
      keys,
      passwords,
      redis,
      namespace,
      guard,
      limits: openLimits({ redis, namespace, sealer, rates, log }),
      publicUrl: PUBLIC_URL,
      providers,
      socialRedirectUris: SOCIAL_REDIRECT_URIS,
      order,
      payment,
      catalog,
      log,
      metrics,
    }),
    identitySecret: IDENTITY_SECRET,
    host: '127.0.0.1',
    port: 0,
    routes: { ...jwksRoutes(keys), ...telling.routes },
    readiness: () => Promise.resolve([]),
    log,
    metrics,
  });
  const url = `http://127.0.0.1:${server.port}`;

  return {
    url,
    test,
    sealer,
    redis,
    namespace,
    signingKeys,
    sealingKeys,
    ask: async (query, variables = {}, identity = ANONYMOUS, client) => {
      const body = JSON.stringify({ query, variables });
      const signed = signIdentity(
        IDENTITY_SECRET,
        { audience: 'user', identity, requestId: 'test', client },
        body,
      );
      return (await post(url, body, { [IDENTITY_HEADER]: signed })).answer;
    },
    account: async (role = 'BUYER') => {
      const options = { database, sealer, keys: signingKeys, count: 1, role, passwordHash };
      const { value } = await createAccounts(options).next();
      return value as TestAccount;
    },
    metric: async (name) => {
      const text = await (await fetch(`${url}/metrics`)).text();
      return Number(new RegExp(`^${name}\\{.*\\} (\\d+)$`, 'm').exec(text)?.[1]);
    },
    async [Symbol.asyncDispose]() {
      await telling.close();
      await server.close();
      await ended.close();
      const kept = await redis.keys(`${namespace}:*`);
      if (kept.length > 0) await redis.unlink(...kept);
      await redis.quit();
      if (!beside) await test[Symbol.asyncDispose]();
    },
  };
}

export async function post(url: string, body: string, headers: Record<string, string>) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  return { status: response.status, answer: (await response.json()) as Answer };
}

/** The identity that the gateway makes of a session's access token. */
export const asUser = ({ id, sessionId }: TestAccount, role: Role = 'BUYER'): Identity => ({
  kind: 'user',
  userId: id,
  sessionId,
  role,
});

export const SIGN_IN = `mutation ($input: SignInInput!) {
  signIn(input: $input) {
    __typename
    ... on AuthSession { accessToken accessTokenExpiresAt refreshToken user { id email sessions { id device current } } }
    ... on Rejection { message }
    ... on EmailNotVerified { email }
  }
}`;

export const REFRESH = `mutation ($token: String) {
  refreshSession(refreshToken: $token) {
    __typename
    ... on AuthSession { accessToken refreshToken user { id } }
    ... on Rejection { message }
  }
}`;
