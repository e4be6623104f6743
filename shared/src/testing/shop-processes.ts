import { SERVICES, serviceDatabaseUrl, type ServiceName } from '../database/index.js';
import { freePorts } from './free-ports.js';
import { serviceProcess, type ServiceProcess } from './service-process.js';
import { adminDatabaseUrl, TEST_ROLE_PASSWORD } from './test-database.js';

export const IDENTITY_SECRET = 'local-only-identity-secret-of-tests';

const LOGIN_SECRET = 'local-only-login-secret';
const SEARCH_SECRET = 'local-only-search-secret';

export type ProcessName = ServiceName | 'gateway' | 'emulators';
export type ShopProcesses = Record<ProcessName, ServiceProcess>;

/** Where a shop keeps what it keeps, and its keys. */
export interface ShopPlace {
  namespace: string;
  databaseName: string;
  redisUrl: string;
  amqpUrl: string;
  keys: string;
  personalKeys: string;
}

/** Describes every process of a shop; none is started. `env` comes on top of a process' own settings. */
export async function describeProcesses(
  place: ShopPlace,
  env: Partial<Record<ProcessName, Record<string, string>>> = {},
): Promise<ShopProcesses> {
  const names = ['emulators', ...SERVICES, 'gateway'] as const;
  const [smtpPort, ...ports] = (await freePorts(names.length + 1)) as [number, ...number[]];
  const portOf = (name: (typeof names)[number]) => ports[names.indexOf(name)] as number;
  const emulatorsUrl = `http://127.0.0.1:${portOf('emulators')}`;
  const publicUrl = `http://127.0.0.1:${portOf('gateway')}`;
  const urls = Object.fromEntries(
    SERVICES.map((name) => [`${name.toUpperCase()}_URL`, `http://127.0.0.1:${portOf(name)}`]),
  );
  const common = {
    NODE_ENV: 'test',
    LOG_LEVEL: 'info',
    // A stop closes at once, unless a test says otherwise.
    DRAIN_MS: '0',
    IDENTITY_SECRET,
    PUBLIC_URL: publicUrl,
    ...urls,
  };
  const subgraph = (name: ServiceName, own: Record<string, string> = {}) =>
    serviceProcess(`subgraphs/${name}`, portOf(name), {
      ...common,
      DATABASE_URL: serviceDatabaseUrl(adminDatabaseUrl(), place.databaseName, name, TEST_ROLE_PASSWORD),
      REDIS_URL: place.redisUrl,
      AMQP_URL: place.amqpUrl,
      NAMESPACE: place.namespace,
      ...own,
      ...env[name],
    });
  return {
    emulators: serviceProcess('emulators', portOf('emulators'), {
      NODE_ENV: 'test',
      SMTP_PORT: String(smtpPort),
      KAKAO_CLIENT_SECRET: LOGIN_SECRET,
      NAVER_CLIENT_SECRET: LOGIN_SECRET,
      NAVER_SEARCH_CLIENT_SECRET: SEARCH_SECRET,
      TOSS_WEBHOOK_URL: `${publicUrl}/webhooks/toss`,
      ...env.emulators,
    }),
    user: subgraph('user', {
      ACCESS_TOKEN_KEYS: place.keys,
      PERSONAL_DATA_KEYS: place.personalKeys,
      SMTP_URL: `smtp://127.0.0.1:${smtpPort}`,
      SOCIAL_REDIRECT_URIS: 'http://localhost:*',
      KAKAO_ISSUER: `${emulatorsUrl}/kakao`,
      KAKAO_API_URL: `${emulatorsUrl}/kakao/api`,
      KAKAO_CLIENT_ID: 'stampede-test',
      KAKAO_CLIENT_SECRET: LOGIN_SECRET,
      NAVER_ISSUER: `${emulatorsUrl}/naver`,
      NAVER_API_URL: `${emulatorsUrl}/naver/api`,
      NAVER_CLIENT_ID: 'stampede-test',
      NAVER_CLIENT_SECRET: LOGIN_SECRET,
    }),
    catalog: subgraph('catalog', {
      NAVER_SHOPPING_URL: `${emulatorsUrl}/shopping`,
      NAVER_SEARCH_CLIENT_ID: 'stampede-test',
      NAVER_SEARCH_CLIENT_SECRET: SEARCH_SECRET,
    }),
    order: subgraph('order', {
      PERSONAL_DATA_KEYS: place.personalKeys,
      // What is bought stays CONFIRMED, unless a test says otherwise.
      DELIVERY_PREPARE_AFTER_S: 'never',
      DELIVERY_SHIP_AFTER_S: 'never',
      DELIVERY_ARRIVE_AFTER_S: 'never',
    }),
    payment: subgraph('payment', {
      KAKAOPAY_URL: `${emulatorsUrl}/kakaopay`,
      KAKAOPAY_SECRET_KEY: 'local-only-kakaopay-key',
      KAKAOPAY_TIMEOUT_MS: '3000',
      TOSS_URL: `${emulatorsUrl}/toss`,
      TOSS_SECRET_KEY: 'local-only-toss-secret-key',
      TOSS_CLIENT_KEY: 'local-only-toss-client-key',
      TOSS_SDK_URL: `${emulatorsUrl}/toss/v2/standard`,
      TOSS_TIMEOUT_MS: '3000',
      RETURN_ORIGINS: 'http://localhost:*',
      PAYMENT_TOKEN_KEYS: place.personalKeys,
    }),
    gateway: serviceProcess('gateway', portOf('gateway'), {
      ...common,
      ...env.gateway,
    }),
  };
}
