import { join } from 'node:path';
import { root, type Home } from '../home.ts';
import type { Infrastructure } from '../infrastructure.ts';
import { freePort } from '../processes/ports.ts';
import { serviceRoles, type Secrets, type ServiceRole } from '../secrets.ts';
import { entryOf } from './command.ts';
import { roleUrl } from './database-url.ts';
import { processNames, serviceOf, type Replicas } from './replicas.ts';

/** The database of a local platform, and the prefix of its keys and queues. */
export const databaseName = 'stampede';
export const namespace = 'stampede';

/** What the emulators of Kakao and Naver know their one client by. */
const loginSecret = 'local-only-login-secret';
const searchSecret = 'local-only-search-secret';
const tossSecretKey = 'local-only-toss-secret-key';
const tossClientKey = 'local-only-toss-client-key';

/** A process of a service as it is started here. */
export interface Service {
  /** The service's, with a number where it has several processes: `order-1`. */
  name: string;
  entry: string;
  url: string;
  env: NodeJS.ProcessEnv;
  /** Of Node itself, besides what every service is started with. */
  nodeArgs: string[];
}

/** All services of a platform, in the order in which they may stop, the last one first. */
export interface Services {
  emulators: Service;
  /** One for each process. */
  subgraphs: Service[];
  gateway: Service;
}

export interface ServicesOptions {
  home: Home;
  infrastructure: Infrastructure;
  secrets: Secrets;
  /** Of the gateway. */
  port: number;
  demo: boolean;
  replicas: Replicas;
  /** Given to the Node of each process of a service, which is told of by their names. */
  nodeArgs?: ((service: string, processName: string) => string[]) | undefined;
}

/** Says how each service is started: where it listens, and what it is told. */
export async function describeServices(options: ServicesOptions): Promise<Services> {
  const { home, secrets, port, replicas, nodeArgs = () => [] } = options;
  const ports = {
    user: await freePorts(replicas.user),
    catalog: await freePorts(replicas.catalog),
    order: await freePorts(replicas.order),
    payment: await freePorts(replicas.payment),
  };
  const urls = Object.fromEntries(serviceRoles.map((role) => addressOf(role, ports[role])));
  const smtpPort = await freePort();
  const publicUrl = `http://localhost:${port}`;
  const emulators = service('emulators', 'emulators', await freePort(), {
    ...commonEnv(home),
    SMTP_PORT: String(smtpPort),
    KAKAO_CLIENT_SECRET: loginSecret,
    NAVER_CLIENT_SECRET: loginSecret,
    NAVER_SEARCH_CLIENT_SECRET: searchSecret,
    TOSS_WEBHOOK_URL: `${publicUrl}/webhooks/toss`,
  });
  const providers = { emulatorsUrl: emulators.url, smtpUrl: `smtp://127.0.0.1:${smtpPort}` };

  const common: NodeJS.ProcessEnv = {
    ...commonEnv(home),
    ...urls,
    IDENTITY_SECRET: secrets.identitySecret,
    PUBLIC_URL: publicUrl,
  };
  const subgraphs = serviceRoles.flatMap((role) => {
    // The same for all of a service's processes: catalog's sets the demo's sales by the instant of the start.
    const env = { ...common, ...stores(options, role), ...ownSettings(role, options, providers) };
    const names = processNames(role, replicas[role]);
    const replica = { ...env, DRAIN_MS: env['DRAIN_MS'] || drainMsOf(names) };
    return ports[role].map((at, index) => service(names[index]!, join('subgraphs', role), at, replica));
  });
  const gateway = service('gateway', 'gateway', port, { ...common, DRAIN_MS: common['DRAIN_MS'] || '0' });
  const withNodeArgs = (each: Service): Service => ({
    ...each,
    nodeArgs: nodeArgs(serviceOf(each.name), each.name),
  });
  return {
    emulators: withNodeArgs(emulators),
    subgraphs: subgraphs.map(withNodeArgs),
    gateway: withNodeArgs({ ...gateway, url: publicUrl }),
  };
}

/** Longer than the gateway takes to notice that one of several is not ready; the only one is waited for by nobody. */
const drainMsOf = (processes: string[]): string => (processes.length > 1 ? '3000' : '0');

/** One by one: a port that is free now is free until somebody takes it. */
async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) ports.push(await freePort());
  return ports;
}

/** Where the others find a service: its one address, or those of all its processes. */
function addressOf(role: ServiceRole, ports: number[]): [name: string, value: string] {
  const name = role.toUpperCase();
  return ports.length === 1
    ? [`${name}_URL`, at(ports[0]!)]
    : [`${name}_URLS`, ports.map((port) => at(port)).join(',')];
}

function service(name: string, folder: string, port: number, env: NodeJS.ProcessEnv): Service {
  const entry = join(root, entryOf(folder));
  return { name, entry, nodeArgs: [], url: at(port), env: { ...env, HOST: '127.0.0.1', PORT: String(port) } };
}

function stores({ infrastructure, secrets, demo }: ServicesOptions, role: ServiceRole): NodeJS.ProcessEnv {
  return {
    DATABASE_URL: roleUrl(
      infrastructure.databaseUrl,
      databaseName,
      `stampede_${role}`,
      secrets.rolePasswords[role],
    ),
    REDIS_URL: infrastructure.redisUrl,
    AMQP_URL: infrastructure.amqpUrl,
    NAMESPACE: namespace,
    STAMPEDE_DEMO: demo ? '1' : '0',
  };
}

function ownSettings(
  role: ServiceRole,
  { secrets, replicas }: Pick<ServicesOptions, 'secrets' | 'replicas'>,
  { emulatorsUrl, smtpUrl }: { emulatorsUrl: string; smtpUrl: string },
): NodeJS.ProcessEnv {
  if (role === 'user') {
    return {
      ACCESS_TOKEN_KEYS_FILE: secrets.accessTokenKeysFile,
      PERSONAL_DATA_KEYS: secrets.personalDataKeys,
      SMTP_URL: smtpUrl,
      SOCIAL_REDIRECT_URIS: 'http://localhost:*',
      KAKAO_ISSUER: `${emulatorsUrl}/kakao`,
      KAKAO_API_URL: `${emulatorsUrl}/kakao/api`,
      KAKAO_CLIENT_ID: 'stampede-local',
      KAKAO_CLIENT_SECRET: loginSecret,
      NAVER_ISSUER: `${emulatorsUrl}/naver`,
      NAVER_API_URL: `${emulatorsUrl}/naver/api`,
      NAVER_CLIENT_ID: 'stampede-local',
      NAVER_CLIENT_SECRET: loginSecret,
    };
  }
  if (role === 'catalog') {
    return {
      // Started again after a crash, it sets the demo's sales as the first one did.
      STAMPEDE_STARTED_AT: String(Date.now()),
      NAVER_SHOPPING_URL: `${emulatorsUrl}/shopping`,
      NAVER_SEARCH_CLIENT_ID: 'stampede-local',
      NAVER_SEARCH_CLIENT_SECRET: searchSecret,
      ...(replicas.catalog > 1 && { NAVER_CALLS_PER_SECOND: shareOfCalls(replicas.catalog) }),
    };
  }
  if (role === 'order') return { PERSONAL_DATA_KEYS: secrets.personalDataKeys, ...deliverySettings() };
  if (role !== 'payment') return {};
  return {
    KAKAOPAY_URL: `${emulatorsUrl}/kakaopay`,
    KAKAOPAY_SECRET_KEY: secrets.kakaopaySecretKey,
    KAKAOPAY_CID: 'TC0ONETIME',
    TOSS_URL: `${emulatorsUrl}/toss`,
    TOSS_SECRET_KEY: tossSecretKey,
    TOSS_CLIENT_KEY: tossClientKey,
    TOSS_SDK_URL: `${emulatorsUrl}/toss/v2/standard`,
    PAYMENT_TOKEN_KEYS: secrets.paymentTokenKeys,
    RETURN_ORIGINS: 'http://localhost:*',
  };
}

/** Of the calls a second that Naver takes of all processes together: 8, or what the caller sets. */
const shareOfCalls = (processes: number): string =>
  String(Math.max(1, Math.floor(Number(process.env['NAVER_CALLS_PER_SECOND'] || 8) / processes)));

/** Steps that a person can watch, but for those that the caller sets. */
function deliverySettings(): NodeJS.ProcessEnv {
  const ours = {
    DELIVERY_PREPARE_AFTER_S: '120',
    DELIVERY_SHIP_AFTER_S: '120',
    DELIVERY_ARRIVE_AFTER_S: '120',
    DELIVERY_CARRIER: 'Stampede Express',
  };
  return Object.fromEntries(Object.entries(ours).map(([name, value]) => [name, process.env[name] || value]));
}

/** The caller's own settings (LOG_LEVEL, proxies, …), without npm's and without those that are decided here. */
function commonEnv(home: Home): NodeJS.ProcessEnv {
  const decided =
    /^(npm_.*|STAMPEDE_.*|(USER|CATALOG|ORDER|PAYMENT)_URLS?|DATABASE_URL|REDIS_URL|AMQP_URL|PORT|SMTP_PORT|HOST|NODE_CHANNEL_FD|NODE_CHANNEL_SERIALIZATION_MODE)$/;
  const inherited = Object.entries(process.env).filter(([name]) => !decided.test(name));
  return {
    ...Object.fromEntries(inherited),
    NODE_ENV: process.env['NODE_ENV'] ?? 'development',
    NODE_COMPILE_CACHE: home.folder('compile-cache'),
    APOLLO_TELEMETRY_DISABLED: 'true',
  };
}

function at(port: number): string {
  return `http://127.0.0.1:${port}`;
}
