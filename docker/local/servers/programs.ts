import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type { ServerName } from './server.ts';

/** Where a server's programs are, and what they need in their environment to run from there. */
export interface Programs {
  /** Folder of `postgres` and `initdb`, of `redis-server`, or of RabbitMQ's own scripts. */
  bin: string;
  /** Folder of `erl` and `epmd`, for RabbitMQ. */
  erlang?: string;
  env: NodeJS.ProcessEnv;
}

/**
 * Looks for a server's programs.
 * @param prefix the root of an unpacked set of packages; by default the machine itself
 * @param version PostgreSQL's major version, when existing data asks for one
 */
export function findPrograms(name: ServerName, prefix = '', version?: string): Programs | undefined {
  const env = prefix ? { LD_LIBRARY_PATH: libraryFolders(prefix).join(':') } : {};
  if (name === 'postgresql') {
    const bin = folderOf('initdb', postgresqlFolders(prefix, version));
    return bin ? { bin, env } : undefined;
  }
  if (name === 'redis') {
    const bin = folderOf('redis-server', [`${prefix}/usr/bin`, ...pathFolders(prefix)]);
    return bin ? { bin, env } : undefined;
  }
  // Debian's wrapper on the PATH changes the user and writes into the system's logs: the scripts behind it.
  const bin = folderOf('rabbitmq-server', [`${prefix}/usr/lib/rabbitmq/bin`, ...pathFolders(prefix)]);
  const erlang = folderOf('erl', [`${prefix}/usr/bin`, ...pathFolders(prefix)]);
  const epmd = folderOf('epmd', erlang ? [erlang, `${prefix}/usr/lib/erlang/bin`] : []);
  if (!bin || !erlang || !epmd) return undefined;
  return { bin, erlang, env: { ...env, PATH: [erlang, epmd, process.env['PATH'] ?? ''].join(delimiter) } };
}

function postgresqlFolders(prefix: string, version?: string): string[] {
  const debian = `${prefix}/usr/lib/postgresql`;
  const versions = namesIn(debian).sort((a, b) => Number(b) - Number(a));
  const wanted = version ? versions.filter((each) => each === version) : versions;
  const homebrew = ['/opt/homebrew/opt', '/usr/local/opt'].flatMap((folder) =>
    namesIn(folder)
      .filter((each) => (version ? each === `postgresql@${version}` : each.startsWith('postgresql')))
      .map((each) => join(folder, each, 'bin')),
  );
  const installed = wanted.map((each) => join(debian, each, 'bin'));
  return prefix ? installed : [...installed, ...pathFolders(prefix), ...homebrew];
}

/** An unpacked set stands for itself: nothing of it is looked for elsewhere. */
function pathFolders(prefix: string): string[] {
  if (prefix) return [];
  const usual = ['/usr/local/sbin', '/usr/sbin', '/opt/homebrew/sbin', '/opt/homebrew/bin'];
  return [...(process.env['PATH'] ?? '').split(delimiter), ...usual];
}

function libraryFolders(prefix: string): string[] {
  const roots = [join(prefix, 'usr', 'lib'), join(prefix, 'lib')];
  return roots.flatMap((lib) => [
    lib,
    ...namesIn(lib)
      .filter((name) => name.includes('-linux-'))
      .map((name) => join(lib, name)),
  ]);
}

function folderOf(program: string, folders: string[]): string | undefined {
  return folders.find((folder) => folder && isExecutable(join(folder, program)));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return dirname(file) !== '.';
  } catch {
    return false;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
