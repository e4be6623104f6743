import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Redis } from 'ioredis';
import { freePorts } from './free-ports.js';

/** A Redis for one test, which may stop, flush or demote it; its data survive a restart. */
export interface OwnRedis extends AsyncDisposable {
  url: string;
  /** Ends it at once, as a crash does, and starts it again on the same port and data. */
  restart(): Promise<void>;
}

/** Starts the same program as that of the test runner's Redis, or the `redis-server` of this machine. */
export async function openOwnRedis(): Promise<OwnRedis> {
  const program = await programOf(process.env.REDIS_URL);
  const [port] = await freePorts(1);
  const url = `redis://127.0.0.1:${port}`;
  const folder = mkdtempSync(join(tmpdir(), 'stampede-redis-'));
  let server = await start();

  async function start(): Promise<ChildProcess> {
    const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''];
    // A replica that a test makes of it is served at once, not kept waiting for others that may come.
    const habits = ['--appendonly', 'yes', '--repl-diskless-sync-delay', '0'];
    const started = spawn(program.file, [...place, ...habits], { env: program.env, stdio: 'ignore' });
    await answers(url, started);
    return started;
  }

  const kill = () =>
    new Promise((ended) => {
      server.once('exit', ended);
      server.kill('SIGKILL');
    });

  return {
    url,
    restart: async () => {
      await kill();
      server = await start();
    },
    [Symbol.asyncDispose]: async () => {
      await kill();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Within ten seconds, or not at all. */
async function answers(url: string, server: ChildProcess): Promise<void> {
  const redis = new Redis(url, { maxRetriesPerRequest: 500, retryStrategy: () => 20 });
  // Nobody listens until it has started.
  redis.on('error', () => undefined);
  const died = new Promise<never>((_, reject) => {
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`redis-server exited with ${code}`)));
  });
  // Also when it ends later, as it should.
  died.catch(() => undefined);
  try {
    await Promise.race([redis.ping(), died]);
  } finally {
    redis.disconnect();
  }
}

async function programOf(running: string | undefined): Promise<{ file: string; env: NodeJS.ProcessEnv }> {
  if (!running) throw new Error('REDIS_URL is not set: run `npm test` in the project’s folder');
  const redis = new Redis(running);
  const info = await redis.info('server');
  redis.disconnect();
  const file = /^executable:(.*?)\r?$/m.exec(info)?.[1] ?? '';
  // That of a container is not here.
  if (!existsSync(file)) return { file: 'redis-server', env: process.env };
  // Packages that the runner has unpacked without installing them have their libraries beside them.
  const libraries = resolve(file, '../../lib');
  const folders = readdirSync(libraries).filter((name) => name.includes('-linux-'));
  const path = folders.map((name) => join(libraries, name)).join(':');
  return { file, env: { ...process.env, LD_LIBRARY_PATH: path } };
}
