import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Home } from '../home.ts';
import { debianPackages, hasApt, installPackages, unpackPackages } from './apt.ts';
import { postgresqlDataVersion, startPostgresql } from './postgresql.ts';
import { findPrograms, type Programs } from './programs.ts';
import { startRabbitmq } from './rabbitmq.ts';
import { startRedis } from './redis.ts';
import { serverNames, type RunningServer, type ServerName } from './server.ts';

export interface PrivateOptions {
  home: Home;
  names: readonly ServerName[];
  /** Of PostgreSQL's administrator. */
  password: string;
  maxConnections?: number | undefined;
  /** Nobody needs PostgreSQL's data once the machine has crashed. */
  disposable?: boolean | undefined;
  report: (line: string) => void;
}

/** Starts private instances on free ports, from programs that are found, installed or unpacked. */
export async function startPrivate(options: PrivateOptions): Promise<RunningServer[]> {
  const { home, names, password, maxConnections, disposable } = options;
  const programs = await programsFor(options);
  const started: RunningServer[] = [];
  const starters: Record<ServerName, (found: Programs) => Promise<RunningServer>> = {
    postgresql: (found) => startPostgresql({ home, programs: found, password, maxConnections, disposable }),
    redis: (found) => startRedis({ home, programs: found }),
    rabbitmq: (found) => startRabbitmq({ home, programs: found }),
  };
  try {
    // The broker takes longest, so it goes first.
    for (const name of serverNames.toReversed()) {
      if (names.includes(name)) started.push(await starters[name](programs.get(name)!));
    }
    return started;
  } catch (error) {
    for (const server of started) await server.stop();
    throw error;
  }
}

/**
 * Finds each server's programs, and gets those that are missing where that is possible.
 * @throws Error that names what is missing and the one command that gets it
 */
export async function programsFor({
  home,
  names,
  report,
}: Pick<PrivateOptions, 'home' | 'names' | 'report'>): Promise<Map<ServerName, Programs>> {
  const found = locate(home, names);
  const missing = names.filter((name) => !found.has(name));
  if (missing.length === 0) return found;

  if (!hasApt()) throw missingPrograms(missing);
  const packages = missing.map((name) => debianPackages[name]).join(', ');
  if (process.getuid?.() === 0) {
    report(`Installing ${packages} by apt-get (no system service is started) …`);
    await installPackages(home, missing);
  } else {
    report(`Downloading ${packages} by apt-get into ${home.path}/programs (no root, nothing is installed) …`);
    await unpackPackages(home, missing);
  }
  const complete = locate(home, names);
  const still = names.filter((name) => !complete.has(name));
  if (still.length > 0) throw missingPrograms(still);
  return complete;
}

function locate(home: Home, names: readonly ServerName[]): Map<ServerName, Programs> {
  const unpacked = join(home.path, 'programs');
  const found = new Map<ServerName, Programs>();
  for (const name of names) {
    const version = name === 'postgresql' ? postgresqlDataVersion(home) : undefined;
    const programs =
      findPrograms(name, '', version) ??
      (existsSync(unpacked) ? findPrograms(name, unpacked, version) : undefined);
    if (programs) found.set(name, programs);
  }
  return found;
}

function missingPrograms(names: ServerName[]): Error {
  const debian = names.map((name) => debianPackages[name]).join(' ');
  const homebrew = { postgresql: 'postgresql@15', redis: 'redis', rabbitmq: 'rabbitmq' };
  const fedora = { postgresql: 'postgresql-server', redis: 'redis', rabbitmq: 'rabbitmq-server' };
  const urls = { postgresql: 'DATABASE_URL', redis: 'REDIS_URL', rabbitmq: 'AMQP_URL' };
  return new Error(
    [
      `Missing on this machine: ${names.join(', ')}. One of these gets what is missing:`,
      `  any system     start Docker (with compose)`,
      `  Debian, Ubuntu sudo apt-get install ${debian}`,
      `  macOS          brew install ${names.map((name) => homebrew[name]).join(' ')}`,
      `  Fedora         sudo dnf install ${names.map((name) => fedora[name]).join(' ')}`,
      `  elsewhere      set ${names.map((name) => urls[name]).join(', ')}`,
    ].join('\n'),
  );
}
