import { SERVICES, serviceDatabaseUrl, type ServiceName } from '../database/index.js';
import { freePorts } from './free-ports.js';
import { serviceProcess, type ServiceProcess } from './service-process.js';
import { adminDatabaseUrl, TEST_ROLE_PASSWORD } from './test-database.js';

export const IDENTITY_SECRET = 'local-only-identity-secret-of-tests';

const LOGIN_SECRET = 'local-only-login-secret';
const SEARCH_SECRET = 'local-only-search-secret';

export type ProcessName = ServiceName | 'gateway' | 'emulators';
export type ShopProcesses = Record<ProcessName, ServiceProcess>;
/** All processes of each subgraph, the first one among them. */
export type ShopReplicas = Record<ServiceName, ServiceProcess[]>;

/** Where a shop keeps what it keeps, and its keys. */
export interface ShopPlace {
  namespace: string;
  databaseName: string;
  redisUrl: string;
  amqpUrl: string;
  keys: string;
  personalKeys: string;
}

/**
 * Says where a process finds what it needs: a server (`postgresql`, `redis`, `rabbitmq`), another service, or a payment
 * provider (`kakaopay`, `toss`). For a test that stands between two of them. @returns the URL to use
 */
export type Wire = (from: ProcessName, to: string, url: string) => Promise<string>;

export interface ShopDescription {
  /** Added to a service's own settings. */
  env?: Partial<Record<ProcessName, Record<string, string>>> | undefined;
  /** How many processes of a subgraph there are; one unless it is said. */
  replicas?: Partial<Record<ServiceName, number>> | undefined;
  wire?: Wire | undefined;
}

/** Settings that name another process, by what that is. */
const ENDS: Record<string, string> = {
  DATABASE_URL: 'postgresql',
  REDIS_URL: 'redis',
  AMQP_URL: 'rabbitmq',
  USER_URL: 'user',
  CATALOG_URL: 'catalog',
  ORDER_URL: 'order',
  PAYMENT_URL: 'payment',
  KAKAOPAY_URL: 'kakaopay',
  TOSS_URL: 'toss',
};

async function wired(
  from: ProcessName,
  settings: Record<string, string>,
  wire: Wire | undefined,
): Promise<Record<string, string>> {
  const led = { ...settings };
  for (const [setting, to] of Object.entries(wire ? ENDS : {})) {
    const url = settings[setting];
    if (wire && url && from !== to) led[setting] = await wire(from, to, url);
  }
  return led;
}

/** Describes every process of a shop; none is started. */
export async function describeProcesses(
  place: ShopPlace,
  { env = {}, replicas = {}, wire }: ShopDescription,
): Promise<{ services: ShopProcesses; replicas: ShopReplicas }> {
  const ports = await takePorts(replicas);
  const portOf = (name: ProcessName) => ports[name][0]!;
  const smtpPort = ports.smtp[0]!;
  const emulatorsUrl = `http://127.0.0.1:${portOf('emulators')}`;
  const publicUrl = `http://127.0.0.1:${portOf('gateway')}`;
  const urls = Object.fromEntries(SERVICES.map((name) => addressOf(name, ports[name])));
  const common = {
    NODE_ENV: 'test',
    LOG_LEVEL: 'info',
    // A stop closes at once, unless a test says otherwise.
    DRAIN_MS: '0',
    IDENTITY_SECRET,
    PUBLIC_URL: publicUrl,
    ...urls,
  };
  const all = {} as ShopReplicas;
  const subgraph = async (name: ServiceName, own: Record<string, string> = {}): Promise<ServiceProcess> => {
    const described = {
      ...common,
      DATABASE_URL: serviceDatabaseUrl(adminDatabaseUrl(), place.databaseName, name, TEST_ROLE_PASSWORD),
      REDIS_URL: place.redisUrl,
      AMQP_URL: place.amqpUrl,
      NAMESPACE: place.namespace,
      ...own,
      ...env[name],
    };
    const settings = await wired(name, described, wire);
    all[name] = ports[name].map((port) => serviceProcess(`subgraphs/${name}`, port, settings));
    return all[name][0]!;
  };
  const services = {
    emulators: serviceProcess('emulators', portOf('emulators'), {
      NODE_ENV: 'test',
      SMTP_PORT: String(smtpPort),
      KAKAO_CLIENT_SECRET: LOGIN_SECRET,
      NAVER_CLIENT_SECRET: LOGIN_SECRET,
      NAVER_SEARCH_CLIENT_SECRET: SEARCH_SECRET,
      TOSS_WEBHOOK_URL: `${publicUrl}/webhooks/toss`,
      ...env.emulators,
    }),
    user: await subgraph('user', {
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
    catalog: await subgraph('catalog', {
      NAVER_SHOPPING_URL: `${emulatorsUrl}/shopping`,
      NAVER_SEARCH_CLIENT_ID: 'stampede-test',
      NAVER_SEARCH_CLIENT_SECRET: SEARCH_SECRET,
    }),
    order: await subgraph('order', {
      PERSONAL_DATA_KEYS: place.personalKeys,
      // What is bought stays CONFIRMED, unless a test says otherwise.
      DELIVERY_PREPARE_AFTER_S: 'never',
      DELIVERY_SHIP_AFTER_S: 'never',
      DELIVERY_ARRIVE_AFTER_S: 'never',
    }),
    payment: await subgraph('payment', {
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
    gateway: serviceProcess(
      'gateway',
      portOf('gateway'),
      await wired('gateway', { ...common, ...env.gateway }, wire),
    ),
  };
  return { services, replicas: all };
}

/** All of them in one go: what was given back may be given again. */
async function takePorts(replicas: Partial<Record<ServiceName, number>>) {
  const names = ['emulators', 'smtp', ...SERVICES, 'gateway'] as const;
  const counts = names.map((name) => (replicas as Record<string, number | undefined>)[name] ?? 1);
  const free = await freePorts(counts.reduce((sum, count) => sum + count, 0));
  const taken = names.map((name, index) => [name, free.splice(0, counts[index])]);
  return Object.fromEntries(taken) as Record<(typeof names)[number], number[]>;
}

function addressOf(service: ServiceName, ports: number[]): [name: string, value: string] {
  const urls = ports.map((port) => `http://127.0.0.1:${port}`);
  return [`${service.toUpperCase()}_URL${urls.length > 1 ? 'S' : ''}`, urls.join(',')];
}
