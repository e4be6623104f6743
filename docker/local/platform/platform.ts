import type { Home } from '../home.ts';
import { beginInfrastructure, type Infrastructure, type OpeningInfrastructure } from '../infrastructure.ts';
import { endStaleProcesses } from '../processes/pid-file.ts';
import { isFree } from '../processes/ports.ts';
import type { Shutdown } from '../processes/shutdown.ts';
import { openSecrets, type Secrets } from '../secrets.ts';
import { build } from './build.ts';
import { databaseUrl } from './database-url.ts';
import { provisionDatabase } from './provision.ts';
import type { Replicas } from './replicas.ts';
import { runServices } from './run-services.ts';
import { databaseName, describeServices, namespace, type Services } from './services.ts';
import { removeState, writeState, type PlatformState } from './state.ts';

export interface PlatformOptions {
  home: Home;
  /** Of the gateway. */
  port: number;
  demo: boolean;
  replicas: Replicas;
  /** Given to the Node of each process of a service, which is told of by their names. */
  nodeArgs?: (service: string, processName: string) => string[];
  /** Each thing that is started adds here how it is stopped. */
  shutdown: Shutdown;
  report: (line: string) => void;
}

export interface Platform {
  gatewayUrl: string;
  emulatorsUrl: string;
  /** Resolves, with the reason, when something that the platform cannot do without has ended for good. */
  died: Promise<string>;
  /** Lets other commands find the platform; from now on what they read is kept true. */
  publish: () => void;
}

/**
 * Starts everything, each part as soon as what it stands on is ready.
 * @throws Error for a person to read; what was started until then is stopped by `shutdown`
 */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const { home, port, demo, replicas, nodeArgs, shutdown, report } = options;
  // Before the port is looked at: a crashed start's gateway may hold it.
  await endStaleProcesses(home, report);
  if (!(await isFree(port))) {
    throw new Error(
      `Port ${port} is taken by another program. Choose another one: PORT=${port + 1} npm start`,
    );
  }
  removeState(home);
  const secrets = openSecrets(home);
  const infrastructure = await prepare(options, secrets);
  const services = await describeServices({
    home,
    infrastructure,
    secrets,
    port,
    demo,
    replicas,
    nodeArgs,
  });

  let published = false;
  const publish = () => {
    published = true;
    writeState(home, { ...stateOf(services, infrastructure, secrets), services: running.addresses() });
  };
  const onRestart = () => published && publish();
  const running = await whileServing(infrastructure, (broken) =>
    runServices(services, { home, shutdown, broken, report, onRestart }),
  );
  shutdown.add(() => {
    published = false;
    removeState(home);
  });
  return {
    gatewayUrl: services.gateway.url,
    emulatorsUrl: services.emulators.url,
    died: Promise.race([infrastructure.died, running.gaveUp]),
    publish,
  };
}

/** The servers and the build need nothing of each other, and the database nothing of the broker. */
async function prepare(
  { home, replicas, shutdown, report }: PlatformOptions,
  secrets: Secrets,
): Promise<OpeningInfrastructure> {
  const since = performance.now();
  const { signal } = shutdown;
  const beginning = beginInfrastructure({
    home,
    maxConnections: connectionsFor(replicas),
    keep: true,
    report,
    signal,
  });
  const building = build(signal).then(() =>
    report(`Build       done (${((performance.now() - since) / 1000).toFixed(1)} s)`),
  );
  // Both must have ended, one way or the other, before what they started can be stopped.
  const [begun, built] = await Promise.allSettled([beginning, building]);
  if (begun.status === 'fulfilled') shutdown.add(begun.value.close);
  if (begun.status === 'rejected') throw begun.reason;
  if (built.status === 'rejected') throw built.reason;
  const infrastructure = begun.value;
  await Promise.all([infrastructure.serves('postgresql'), infrastructure.serves('redis')]);
  await provisionDatabase(infrastructure.databaseUrl, secrets);
  return infrastructure;
}

/** Of PostgreSQL: 200 for one process of each service, and what each further one has at most besides. */
function connectionsFor(replicas: Replicas): number {
  const counts = Object.values(replicas);
  const further = counts.reduce((sum, count) => sum + count, 0) - counts.length;
  return 200 + 30 * further;
}

/**
 * Starts what waits for the broker by itself while the broker, which takes the longest, still starts.
 * @throws why a server does not serve, once `start` has given up
 */
async function whileServing<T>(
  { serves }: OpeningInfrastructure,
  start: (broken: AbortSignal) => Promise<T>,
): Promise<T> {
  const broken = new AbortController();
  const serving = serves('rabbitmq').catch((error: unknown) => {
    broken.abort(error);
    throw error;
  });
  const [started, served] = await Promise.allSettled([start(broken.signal), serving]);
  if (served.status === 'rejected') throw served.reason;
  if (started.status === 'rejected') throw started.reason;
  return started.value;
}

function stateOf(
  services: Services,
  infrastructure: Infrastructure,
  secrets: Secrets,
): Omit<PlatformState, 'services'> {
  return {
    gatewayUrl: services.gateway.url,
    emulatorsUrl: services.emulators.url,
    adminDatabaseUrl: infrastructure.databaseUrl,
    databaseUrl: databaseUrl(infrastructure.databaseUrl, databaseName),
    databaseName,
    redisUrl: infrastructure.redisUrl,
    amqpUrl: infrastructure.amqpUrl,
    namespace,
    accessTokenKeysFile: secrets.accessTokenKeysFile,
    pid: process.pid,
  };
}
