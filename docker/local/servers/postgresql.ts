import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync, chownSync } from 'node:fs';
import { join } from 'node:path';
import type { Home } from '../home.ts';
import { freePort } from '../processes/ports.ts';
import { postgresqlFolder, postgresqlUser, type SystemUser } from './postgresql-user.ts';
import type { Programs } from './programs.ts';
import { runServer } from './run-server.ts';
import type { RunningServer } from './server.ts';

export interface PostgresqlOptions {
  home: Home;
  programs: Programs;
  /** Of the administrator `postgres`; what the first start was given stays valid. */
  password: string;
  maxConnections?: number;
  /** Does not wait for the disk: what a crash of the machine, not of a process, would lose. Default: it waits. */
  disposable?: boolean | undefined;
  port?: number;
}

/** Starts a private PostgreSQL, made when the home has none. Not yet ready when this returns. */
export async function startPostgresql(options: PostgresqlOptions): Promise<RunningServer> {
  const { home, programs, password, maxConnections = 200, disposable = false } = options;
  const user = postgresqlUser();
  const folder = postgresqlFolder(home, user);
  const data = join(folder, 'data');
  if (!existsSync(data)) createCluster(folder, options, user);

  const port = options.port ?? (await freePort());
  const settings = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    `max_connections=${maxConnections}`,
    ...(disposable ? ['fsync=off', 'full_page_writes=off'] : []),
  ];
  const postgresql = await runServer(home, {
    name: 'postgresql',
    command: join(programs.bin, 'postgres'),
    args: ['-D', data, ...settings.flatMap((setting) => ['-c', setting])],
    env: { ...process.env, ...programs.env },
    cwd: folder,
    user,
    // Fast shutdown: sessions are ended, transactions rolled back, everything written. SIGTERM would wait.
    stopSignal: 'SIGINT',
    stopDeadlineMs: 20_000,
  });
  return {
    name: 'postgresql',
    url: `postgres://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`,
    origin: `private instance of ${programs.bin}/postgres`,
    ...postgresql,
  };
}

/** The major version that a home's data was made with, if it has any. */
export function postgresqlDataVersion(home: Home): string | undefined {
  const file = join(postgresqlFolder(home, postgresqlUser()), 'data', 'PG_VERSION');
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

/** Made aside and renamed: a start that was cut off leaves no half-made data. */
function createCluster(folder: string, options: PostgresqlOptions, user: SystemUser | undefined): void {
  const unfinished = join(folder, 'unfinished');
  const passwordFile = join(folder, 'password');
  rmSync(unfinished, { recursive: true, force: true });
  writeFileSync(passwordFile, options.password, { mode: 0o600 });
  if (user) chownSync(passwordFile, user.uid, user.gid);

  const access = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  const locale = ['--encoding=UTF8', '--locale=C.UTF-8'];
  const initdb = spawnSync(join(options.programs.bin, 'initdb'), ['-D', unfinished, ...access, ...locale], {
    cwd: folder,
    env: { ...process.env, ...options.programs.env },
    encoding: 'utf8',
    ...user,
  });
  rmSync(passwordFile);
  if (initdb.status !== 0) {
    throw new Error(
      `PostgreSQL's data could not be made:\n${initdb.error?.message ?? initdb.stdout + initdb.stderr}`,
    );
  }
  renameSync(unfinished, join(folder, 'data'));
}
