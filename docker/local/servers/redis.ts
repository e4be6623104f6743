import { join } from 'node:path';
import type { Home } from '../home.ts';
import { freePort } from '../processes/ports.ts';
import type { Programs } from './programs.ts';
import { runServer } from './run-server.ts';
import type { RunningServer } from './server.ts';

export interface RedisOptions {
  home: Home;
  programs: Programs;
  port?: number;
  /** Of log, pid file and data folder; one of a home's Redis servers each. Default `redis`. */
  name?: string;
}

/** Starts a private Redis whose data survives a stop. Not yet ready when this returns. */
export async function startRedis({
  home,
  programs,
  port,
  name = 'redis',
}: RedisOptions): Promise<RunningServer> {
  const listen = port ?? (await freePort());
  const args = ['--port', String(listen), '--bind', '127.0.0.1', '--dir', home.folder(name), '--save', ''];
  const durability = ['--appendonly', 'yes', '--appendfsync', 'everysec', '--maxmemory-policy', 'noeviction'];
  const redis = await runServer(home, {
    name,
    command: join(programs.bin, 'redis-server'),
    args: [...args, ...durability],
    env: { ...process.env, ...programs.env },
  });
  return {
    name: 'redis',
    url: `redis://127.0.0.1:${listen}`,
    origin: `private instance of ${programs.bin}/redis-server`,
    ...redis,
  };
}
