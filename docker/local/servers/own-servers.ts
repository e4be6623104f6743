import { execFileSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import type { Home } from '../home.ts';
import { identify, isRunning, signal, type ProcessIdentity } from '../processes/identity.ts';
import { endStaleProcesses, recordedProcesses } from '../processes/pid-file.ts';
import { openSecrets } from '../secrets.ts';
import { startPostgresql } from './postgresql.ts';
import { programsFor } from './private.ts';
import type { Programs } from './programs.ts';
import { startRabbitmq } from './rabbitmq.ts';
import { postgresqlAnswers, rabbitmqAnswers, redisAnswers, untilReady } from './readiness.ts';
import { startRedis } from './redis.ts';
import { serverNames, type RunningServer, type ServerName } from './server.ts';

/** Servers of a home that exist to be killed, and to come back at the same addresses with what they had. */
export interface OwnServers {
  url: (name: ServerName) => string;
  /** Ends it at once, with every process of it. @returns when it is gone */
  kill: (name: ServerName) => Promise<void>;
  /** Starts one that was killed. @returns when it serves */
  start: (name: ServerName) => Promise<void>;
  /** Stops all of its processes where they are, as a machine does that swaps: connections stay, and nothing answers. */
  pause: (name: ServerName) => void;
  resume: (name: ServerName) => void;
  close: () => Promise<void>;
}

const answers = { postgresql: postgresqlAnswers, redis: redisAnswers, rabbitmq: rabbitmqAnswers };
const STARTS_WITHIN_MS = 90_000;
const GONE_WITHIN_MS = 10_000;

/** Starts all three, privately: whatever Docker or the environment offers belongs to somebody else. */
export async function openOwnServers(home: Home, report: (line: string) => void): Promise<OwnServers> {
  await endStaleProcesses(home, report);
  const programs = await programsFor({ home, names: serverNames, report });
  const password = openSecrets(home).postgresqlPassword;
  const running = new Map<ServerName, RunningServer>();
  const urls = new Map<ServerName, string>();

  /** On the port that it had, if it had one. */
  function begin(name: ServerName): Promise<RunningServer> {
    const known = urls.get(name);
    const at = { home, programs: programs.get(name) as Programs, ...(known && { port: portOf(known) }) };
    if (name === 'postgresql') return startPostgresql({ ...at, password, maxConnections: 400 });
    return name === 'redis' ? startRedis(at) : startRabbitmq(at);
  }

  async function start(name: ServerName): Promise<void> {
    const server = await begin(name);
    running.set(name, server);
    urls.set(name, server.url);
    const waiting = { deadlineMs: STARTS_WITHIN_MS, died: server.died };
    await untilReady(name, () => answers[name](server.url), waiting);
  }

  const signalAll = (name: ServerName, sent: NodeJS.Signals): void => {
    for (const pid of familyOf(recordedProcesses(home)[name])) signal(pid, sent);
  };

  const servers: OwnServers = {
    url: (name) => urls.get(name) ?? '',
    start,
    kill: async (name) => {
      const server = running.get(name);
      const family = familyOf(recordedProcesses(home)[name]).flatMap((pid) => identify(pid) ?? []);
      for (const { pid } of family) signal(pid, 'SIGKILL');
      await untilGone(family);
      // What was started beside it: the name service of the broker.
      await server?.stop();
      running.delete(name);
    },
    pause: (name) => signalAll(name, 'SIGSTOP'),
    resume: (name) => signalAll(name, 'SIGCONT'),
    close: async () => {
      for (const name of serverNames.toReversed()) {
        signalAll(name, 'SIGCONT');
        await running.get(name)?.stop();
      }
    },
  };
  try {
    await Promise.all(serverNames.map(start));
    return servers;
  } catch (error) {
    await servers.close();
    throw error;
  }
}

/** Its ports and files are free when the last of them has ended. */
async function untilGone(family: readonly ProcessIdentity[]): Promise<void> {
  const deadline = performance.now() + GONE_WITHIN_MS;
  while (family.some(isRunning)) {
    if (performance.now() > deadline) throw new Error('a killed server does not end');
    await pause(10);
  }
}

const portOf = (url: string): number => Number(new URL(url).port);

/** A process and all that descend from it, the oldest first: PostgreSQL's leave its process group. */
function familyOf(pid: number | undefined): number[] {
  if (pid === undefined) return [];
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const lines = table.trim().split('\n');
  const pairs = lines.map((line) => line.trim().split(/\s+/).map(Number));
  const family = [pid];
  for (const member of family) {
    for (const [child, parent] of pairs) if (parent === member && child !== undefined) family.push(child);
  }
  return family;
}
