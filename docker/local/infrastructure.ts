import { setTimeout as pause } from 'node:timers/promises';
import type { Home } from './home.ts';
import { endStaleProcesses } from './processes/pid-file.ts';
import { openSecrets } from './secrets.ts';
import { startCompose, dockerAnswers } from './servers/docker.ts';
import { startPrivate } from './servers/private.ts';
import { postgresqlAnswers, rabbitmqAnswers, redisAnswers, untilReady } from './servers/readiness.ts';
import { serverNames, type RunningServer, type ServerName } from './servers/server.ts';

export interface InfrastructureOptions {
  home: Home;
  /** Default: all three. */
  only?: readonly ServerName[];
  /** Of PostgreSQL. Default 200. */
  maxConnections?: number;
  /** Of a private PostgreSQL: its data is of no use once the machine has crashed, so it does not wait for the disk. */
  disposable?: boolean;
  /** Private servers that end by themselves once they serve are started again, as somebody would who runs a sale. */
  keep?: boolean;
  /** Is given one line per server, and announcements. Default: nothing is printed. */
  report?: (line: string) => void;
  /** Gives up the start. */
  signal?: AbortSignal;
}

export interface Infrastructure {
  /** The administrator's URL. */
  databaseUrl: string;
  redisUrl: string;
  amqpUrl: string;
  /** Resolves, with the reason, when a server that was started here ends by itself. */
  died: Promise<string>;
  /** Stops what was started here, in reverse. */
  close: () => Promise<void>;
}

/** Servers that have been started, and may not serve yet. */
export interface OpeningInfrastructure extends Infrastructure {
  /**
   * Resolves when this server really serves (at once, when it was not asked for). Rejects with an error that says
   * why it does not, with its last log lines.
   */
  serves: (name: ServerName) => Promise<void>;
}

const titles: Record<ServerName, string> = { postgresql: 'PostgreSQL', redis: 'Redis', rabbitmq: 'RabbitMQ' };
const variables = { postgresql: 'DATABASE_URL', redis: 'REDIS_URL', rabbitmq: 'AMQP_URL' } as const;
const deadlinesMs: Record<ServerName, number> = { postgresql: 60_000, redis: 30_000, rabbitmq: 90_000 };
const checks = { postgresql: postgresqlAnswers, redis: redisAnswers, rabbitmq: rabbitmqAnswers };

/**
 * Finds or starts the servers. Each is, in this order: given by the environment, run by Docker, or run from the
 * machine's programs (which are installed or unpacked if missing). A broker takes seconds to serve; whoever needs
 * only the database by then asks for that.
 */
export async function beginInfrastructure(options: InfrastructureOptions): Promise<OpeningInfrastructure> {
  const {
    home,
    only = serverNames,
    report = () => undefined,
    maxConnections,
    disposable,
    keep,
    signal,
  } = options;
  await endStaleProcesses(home, report);

  const given = only.filter((name) => process.env[variables[name]]);
  const wanted = only.filter((name) => !given.includes(name));
  const password = openSecrets(home).postgresqlPassword;
  const start = wanted.length > 0 && dockerAnswers() ? startCompose : startPrivate;
  const started = await start({ home, names: wanted, password, maxConnections, disposable, report });
  const servers = [...given.map(fromEnvironment), ...started];

  const begin = async (server: RunningServer): Promise<void> => {
    await awaitServer(server, report, signal);
    if (keep) server.keep?.(report);
  };
  const serving = new Map(servers.map((server) => [server.name, begin(server)]));
  // Who asks is told; a server that nobody asks for any more has failed in silence.
  for (const promise of serving.values()) promise.catch(() => undefined);
  return {
    ...urlsOf(servers),
    serves: (name) => serving.get(name) ?? Promise.resolve(),
    died: firstDeath(servers),
    close: async () => {
      // PostgreSQL goes last: a broker's last messages need nobody, a service's last rows do.
      for (const name of serverNames.toReversed()) {
        await servers.find((server) => server.name === name)?.stop();
      }
    },
  };
}

/**
 * As {@link beginInfrastructure}, and waits until every server really serves.
 * @throws Error that says which server failed, with its last log lines; nothing is left running then
 */
export async function openInfrastructure(options: InfrastructureOptions): Promise<Infrastructure> {
  const infrastructure = await beginInfrastructure(options);
  try {
    await Promise.all(serverNames.map(infrastructure.serves));
    return infrastructure;
  } catch (error) {
    await infrastructure.close();
    throw error;
  }
}

function fromEnvironment(name: ServerName): RunningServer {
  const url = process.env[variables[name]]!;
  return {
    name,
    url,
    origin: `given by ${variables[name]}`,
    lastLines: () => '',
    stop: async () => undefined,
  };
}

async function awaitServer(
  server: RunningServer,
  report: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const since = performance.now();
  const waiting = { deadlineMs: deadlinesMs[server.name], signal, died: server.died };
  try {
    await untilReady(titles[server.name], () => checks[server.name](server.url), waiting);
  } catch (error) {
    if (signal?.aborted) throw error;
    // A server that has just died may still be writing why.
    await pause(100);
    const lines = await server.lastLines();
    throw new Error(`${(error as Error).message}${lines && `\nIts last lines:\n${lines}`}`, { cause: error });
  }
  const { hostname, port } = new URL(server.url);
  const seconds = ((performance.now() - since) / 1000).toFixed(1);
  report(`${titles[server.name].padEnd(11)} ${hostname}:${port}  ${server.origin} (${seconds} s)`);
}

function urlsOf(servers: RunningServer[]): Pick<Infrastructure, 'databaseUrl' | 'redisUrl' | 'amqpUrl'> {
  const url = (name: ServerName) => servers.find((server) => server.name === name)?.url ?? '';
  return { databaseUrl: url('postgresql'), redisUrl: url('redis'), amqpUrl: url('rabbitmq') };
}

function firstDeath(servers: RunningServer[]): Promise<string> {
  const deaths = servers.map(async (server) => {
    if (!server.died) return new Promise<never>(() => undefined);
    const how = await server.died;
    return `${titles[server.name]} ${how}. Its last lines:\n${await server.lastLines()}`;
  });
  return Promise.race(deaths);
}
