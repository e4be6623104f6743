import { hash } from '@node-rs/argon2';
import { openDatabase, type Database, type ServiceName } from '@stampede/shared/database';
import { openLog } from '@stampede/shared/telemetry';
import { Buyer, createAccounts, openGraphqlClient } from '@stampede/shared/testing';
import { Redis } from 'ioredis';
import { randomUUID } from 'node:crypto';
import type { BenchArguments } from './arguments.js';
import type { readBenchEnv } from './env.js';
import type { FlashSaleParts } from './flash-sale/parts.js';
import { checkoutRequest } from './flash-sale/rush.js';
import { holds, runFlashSale, type FlashSaleRun } from './flash-sale/run.js';
import { measureFloor } from './floor/measure-floor.js';
import { spawnGenerator, type SpawnedGenerator } from './load/spawn-generator.js';
import { openProgress, type Progress } from './report/progress.js';
import { describeSpread } from './report/spread.js';
import { describeFloor, describeRun } from './report/table.js';
import { writeResults } from './report/results.js';

type Env = ReturnType<typeof readBenchEnv>;

/** Of those who sign in; hashed by a copy of what passwords.ts of the user service says, since services are not imported. */
const PASSWORD = 'correct horse battery staple';
const ARGON2ID = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Measures, prints, and writes the results. @returns whether everything that must be so is so */
export async function benchmark(args: BenchArguments, env: Env): Promise<boolean> {
  const progress = openProgress();
  const print = (text: string) => {
    progress.clear();
    process.stdout.write(`${text}\n`);
  };
  const cleanUps: (() => Promise<unknown>)[] = [];
  try {
    const generator = await spawnGenerator();
    cleanUps.push(() => generator.close());
    const parts = await openParts(args, env, { generator, progress, cleanUps });
    progress.show('measuring the machine’s floor', 0, 1);
    const floor = await measureFloor(generator, floorRequests(parts), args.connections);
    print(describeFloor(floor));
    await generator.connect(new URL(env.GATEWAY_URL), args.connections);

    const runs: FlashSaleRun[] = [];
    for (let number = 1; number <= args.runs; number++) {
      const watchAt = (url: string) =>
        print(`\nWatch the units fall; the sale opens in ${args.watch} s: ${url}`);
      const run = await runFlashSale(parts, { ...args, progress: progress.show, watchAt });
      runs.push(run);
      print(`\nRun ${number} of ${args.runs}: ${describeArguments(args)}\n${describeRun(run)}`);
    }
    if (runs.length > 1) print(`\n${describeSpread(runs)}`);
    const good = runs.every(holds);
    const file = await writeResults(env.RESULTS_FOLDER, { args, floor, runs, good });
    print(`\n${good ? 'Everything holds' : 'SOMETHING IS BROKEN'}. Written to ${file}`);
    return good;
  } finally {
    progress.clear();
    for (const cleanUp of cleanUps.toReversed()) await cleanUp();
  }
}

const describeArguments = ({ buyers, stock, connections, signIns, flush }: BenchArguments) =>
  `${buyers} buyers, ${stock} units, ${connections} connections${signIns > 0 ? `, ${signIns} people who sign in over and over` : ''}${flush ? ', FLUSHALL in the middle' : ''}`;

interface Opening {
  generator: SpawnedGenerator;
  progress: Progress;
  cleanUps: (() => Promise<unknown>)[];
}

async function openParts(
  { buyers: count, signIns }: BenchArguments,
  env: Env,
  { generator, progress, cleanUps }: Opening,
): Promise<FlashSaleParts> {
  const redis = new Redis(env.REDIS_URL);
  cleanUps.push(() => redis.quit());
  const client = openGraphqlClient(new URL('/graphql', env.GATEWAY_URL).href);
  cleanUps.push(() => client.close());
  const databases = new Map<ServiceName, Database>();
  const sql = (schema: ServiceName): Database => {
    const known = databases.get(schema);
    if (known) return known;
    const log = openLog('bench', 'silent');
    const database = openDatabase({ url: env.ADMIN_DATABASE_URL, schema, log, maxConnections: 2 });
    cleanUps.push(() => database.close());
    databases.set(schema, database);
    return database;
  };

  const { ACCESS_TOKEN_KEYS: keys, PERSONAL_DATA_KEYS: sealer } = env;
  const accounts = async (count: number, role: 'BUYER' | 'SELLER', passwordHash?: string) => {
    const made: Buyer[] = [];
    const wanted = { count, role, ...(passwordHash !== undefined && { passwordHash }) };
    for await (const account of createAccounts({ database: sql('user'), sealer, keys, ...wanted })) {
      made.push(new Buyer(account, client));
      if (made.length % 250 === 0) progress.show('making buyers', made.length, count);
    }
    return made;
  };
  const [seller] = await accounts(1, 'SELLER');
  const signers = signIns > 0 ? await accounts(signIns, 'BUYER', await hash(PASSWORD, ARGON2ID)) : [];
  return {
    gatewayUrl: env.GATEWAY_URL,
    amqpUrl: env.AMQP_URL,
    redisIsPrivate: env.REDIS_IS_PRIVATE,
    client,
    sql,
    redis,
    namespace: env.NAMESPACE,
    seller: seller!,
    buyers: await accounts(count, 'BUYER'),
    signers: signers.map(({ account }) => ({ email: account.email, password: PASSWORD })),
    generator,
    processes: { ...env.PROCESSES, 'load generator': generator.pid, 'this report': process.pid },
  };
}

/** The very requests of a sale, for a server that reads them only. */
const floorRequests = ({ gatewayUrl, buyers }: FlashSaleParts): Buffer[] =>
  buyers.map((buyer) => checkoutRequest(new URL('/graphql', gatewayUrl), buyer, randomUUID()));
