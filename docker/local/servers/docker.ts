import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { root, type Home } from '../home.ts';
import { freePort } from '../processes/ports.ts';
import type { RunningServer, ServerName } from './server.ts';

export interface ComposeOptions {
  home: Home;
  names: ServerName[];
  /** Of PostgreSQL's administrator. */
  password: string;
  maxConnections?: number | undefined;
}

/** Whether a Docker engine answers and has compose: the client alone proves nothing. */
export function dockerAnswers(): boolean {
  const succeeds = (...args: string[]) =>
    spawnSync('docker', args, { stdio: 'ignore', timeout: 5_000 }).status === 0;
  return succeeds('info') && succeeds('compose', 'version');
}

/** The second one publishes the servers' ports, which containers do without. */
const composeFiles = [
  join(root, 'compose.yaml'),
  join(root, 'docker', 'local', 'servers', 'compose.ports.yaml'),
];

/** Starts the servers of compose.yaml, on free ports, under a project name that belongs to the home. */
export async function startCompose(options: ComposeOptions): Promise<RunningServer[]> {
  const { home, names, password, maxConnections = 200 } = options;
  const ports = { postgresql: await freePort(), redis: await freePort(), rabbitmq: await freePort() };
  const project = `stampede-${createHash('sha256').update(home.path).digest('hex').slice(0, 10)}`;
  const env = {
    ...process.env,
    POSTGRESQL_PORT: String(ports.postgresql),
    POSTGRESQL_PASSWORD: password,
    POSTGRESQL_MAX_CONNECTIONS: String(maxConnections),
    REDIS_PORT: String(ports.redis),
    RABBITMQ_PORT: String(ports.rabbitmq),
  };
  const compose = (...args: string[]) => {
    const all = ['compose', '--project-name', project, ...composeFiles.flatMap((file) => ['--file', file])];
    return spawnSync('docker', [...all, ...args], { env, encoding: 'utf8' });
  };
  const up = compose('up', '--detach', ...names);
  if (up.status !== 0) throw new Error(`docker compose could not start the servers:\n${up.stderr}`);

  const urls = {
    postgresql: `postgres://postgres:${encodeURIComponent(password)}@127.0.0.1:${ports.postgresql}/postgres`,
    redis: `redis://127.0.0.1:${ports.redis}`,
    rabbitmq: `amqp://guest:guest@127.0.0.1:${ports.rabbitmq}`,
  };
  return names.map((name) => ({
    name,
    url: urls[name],
    origin: `Docker (compose.yaml, project ${project})`,
    lastLines: () => compose('logs', '--tail', '15', '--no-log-prefix', name).stdout,
    async stop() {
      const stopped = compose('stop', name);
      if (stopped.status !== 0) throw new Error(`docker compose could not stop ${name}:\n${stopped.stderr}`);
    },
  }));
}
