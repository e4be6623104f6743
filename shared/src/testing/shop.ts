import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { openDatabase, type Database, type ServiceName } from '../database/index.js';
import { openRedis } from '../redis/index.js';
import { openSealer, type Sealer } from '../sealing/index.js';
import { openLog } from '../telemetry/index.js';
import type { Role } from '../identity/index.js';
import { createAccounts } from './accounts.js';
import { Buyer } from './buyer.js';
import { deleteTopology } from './delete-topology.js';
import {
  landLateCalls,
  readProviderCalls,
  readTossCalls,
  setFault,
  type Fault,
  type ProviderCalls,
  type TossCalls,
} from './emulated-provider.js';
import { forgetKeys } from './forget-keys.js';
import { openGraphqlClient, type GraphqlClient } from './graphql-client.js';
import { assertInvariants } from './invariants.js';
import { createShopDatabase } from './shop-database.js';
import {
  describeProcesses,
  type ProcessName,
  type ShopProcesses,
  type ShopReplicas,
  type Wire,
} from './shop-processes.js';
import { adminDatabaseUrl, createTestDatabase, discardTestDatabase } from './test-database.js';

export interface ShopOptions {
  /** Opens with one product, on sale, of this many units: `shop.product`. */
  stock?: number;
  limitPerBuyer?: number;
  /** Added to a service's environment. */
  env?: Partial<Record<ProcessName, Record<string, string>>>;
  /** How many processes of a subgraph there are; one unless it is said. */
  replicas?: Partial<Record<ServiceName, number>>;
  /** In place of the test runner's servers: for a test that stops or flushes them. */
  redisUrl?: string;
  amqpUrl?: string;
  /** Leads what services ask of servers and of each other elsewhere. */
  wire?: Wire;
  /** Opens on a database without a table: each service makes its own as it starts. */
  unmigrated?: boolean;
}

/**
 * The whole house for one test file, every service a process of its own, on a database, key prefix and exchange of
 * its own: `await using shop = await openShop({ stock: 10 })`.
 */
export interface Shop extends AsyncDisposable {
  gatewayUrl: string;
  emulatorsUrl: string;
  client: GraphqlClient;
  product: { id: string };
  seller: Buyer;
  redis: Redis;
  amqpUrl: string;
  databaseName: string;
  namespace: string;
  services: ShopProcesses;
  /** All processes of each subgraph, that of `services` first. */
  replicas: ShopReplicas;
  /** Seals and opens personal data as the user service does. */
  sealer: Sealer;
  /** Verified accounts, each signed in. */
  accounts(count: number, role?: Role, tokenTtlSeconds?: number): Promise<Buyer[]>;
  buyer(): Promise<Buyer>;
  /** Puts a product on sale; open since a minute ago unless `input` says otherwise. */
  createProduct(input?: object): Promise<{ id: string }>;
  /** Runs statements as an administrator, in one service's schema. */
  sql(schema: ServiceName): Database;
  /** Sets a fault of an emulated provider, KakaoPay unless it says otherwise. */
  fault(fault: Fault): Promise<void>;
  /** Carries out at once what a fault `timeout-later` holds back. @returns how many calls */
  landLateCalls(): Promise<number>;
  /** How often KakaoPay was called for an order. */
  providerCalls(orderId: string): Promise<ProviderCalls>;
  /** How often Toss Payments was called for a payment, by our id of it. */
  tossCalls(paymentId: string): Promise<TossCalls>;
  /** Waits until nothing is in flight, then checks what must always be true. @throws AssertionError */
  invariants(): Promise<void>;
  /** Stops every service, and removes what the shop kept. */
  [Symbol.asyncDispose](): Promise<void>;
}

export async function openShop(options: ShopOptions = {}): Promise<Shop> {
  const cleanUps: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const cleanUp of cleanUps.toReversed()) await cleanUp();
  };
  try {
    return await open(options, cleanUps, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(
  options: ShopOptions,
  cleanUps: (() => Promise<unknown>)[],
  close: () => Promise<void>,
): Promise<Shop> {
  const namespace = `test-${randomBytes(5).toString('hex')}`;
  const redisUrl = options.redisUrl ?? given('REDIS_URL');
  const amqpUrl = options.amqpUrl ?? given('AMQP_URL');
  const databaseName = options.unmigrated ? await createTestDatabase('shop') : await createShopDatabase();
  cleanUps.push(() => discardTestDatabase(databaseName));
  cleanUps.push(() => deleteTopology({ url: amqpUrl, namespace }));
  const redis = openRedis(redisUrl, openLog('test', 'silent'));
  cleanUps.push(() => redis.quit());
  cleanUps.push(() => forgetKeys(redis, namespace));

  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
  }) as string;
  const personalKeys = `local-only-1:${randomBytes(32).toString('base64')},index:${randomBytes(32).toString('base64')}`;
  const { services, replicas } = await describeProcesses(
    {
      namespace,
      databaseName,
      redisUrl,
      amqpUrl,
      keys,
      personalKeys,
    },
    options,
  );
  const processes = [...new Set([...Object.values(services), ...Object.values(replicas).flat()])];
  // What they would put in order is removed next.
  cleanUps.push(() => Promise.all(processes.map((process) => process.stop('SIGKILL'))));
  for (const process of processes) process.start();
  for (const process of processes) await process.ready();

  const admin = new URL(adminDatabaseUrl());
  admin.pathname = `/${databaseName}`;
  const databases = new Map<ServiceName, Database>();
  const sql = (schema: ServiceName): Database => {
    const known = databases.get(schema);
    if (known) return known;
    const opened = openDatabase({
      url: admin.href,
      schema,
      log: openLog('test', 'silent'),
      maxConnections: 6,
    });
    cleanUps.push(() => opened.close());
    databases.set(schema, opened);
    return opened;
  };
  const client = openGraphqlClient(`${services.gateway.url}/graphql`);
  cleanUps.push(() => client.close());
  const sealer = openSealer(personalKeys);
  const accounts: Shop['accounts'] = async (count, role = 'BUYER', tokenTtlSeconds = 3_600) => {
    const made = createAccounts({ database: sql('user'), sealer, keys, count, role, tokenTtlSeconds });
    const buyers: Buyer[] = [];
    for await (const account of made) buyers.push(new Buyer(account, client));
    return buyers;
  };
  const seller = await first(accounts(1, 'SELLER'));
  const createProduct = (input: object = {}) => createAs(seller, input);
  const { stock = 100, limitPerBuyer = 1 } = options;
  const emulatorsUrl = services.emulators.url;
  return {
    gatewayUrl: services.gateway.url,
    emulatorsUrl,
    client,
    product: await createProduct({ stock, limitPerBuyer }),
    seller,
    redis,
    amqpUrl,
    databaseName,
    namespace,
    services,
    replicas,
    sealer,
    accounts,
    buyer: () => first(accounts(1)),
    createProduct,
    sql,
    fault: (fault) => setFault(emulatorsUrl, fault),
    landLateCalls: () => landLateCalls(emulatorsUrl),
    tossCalls: (paymentId) => readTossCalls(emulatorsUrl, paymentId),
    providerCalls: (orderId) => readProviderCalls(emulatorsUrl, orderId),
    invariants: () => assertInvariants({ sql, redis, namespace }),
    [Symbol.asyncDispose]: close,
  };
}

async function createAs(seller: Buyer, input: object): Promise<{ id: string }> {
  const opensAt = new Date(Date.now() - 60_000);
  const usual = { name: 'Test sneaker', brands: ['Test Brand'], price: 100_000, stock: 100, opensAt };
  const answer = await seller.send(
    'mutation ($input: ProductInput!) { createProduct(input: $input) { id } }',
    {
      input: { ...usual, ...input },
    },
  );
  if (!answer.data?.createProduct) throw new Error(`no product: ${JSON.stringify(answer)}`);
  return answer.data.createProduct as { id: string };
}

async function first(buyers: Promise<Buyer[]>): Promise<Buyer> {
  const [buyer] = await buyers;
  if (!buyer) throw new Error('no account was made');
  return buyer;
}

function given(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run \`npm test\` in the project’s folder`);
  return value;
}
