import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  closeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Home } from '../home.ts';
import { lastLines, newLogFile } from '../processes/log-file.ts';
import { withoutStartingServices } from './policy-rc.ts';
import type { ServerName } from './server.ts';

/** Debian's and Ubuntu's package of each server. */
export const debianPackages: Record<ServerName, string> = {
  postgresql: 'postgresql',
  redis: 'redis-server',
  rabbitmq: 'rabbitmq-server',
};

/** Whether this is a Debian or one of its descendants. */
export function hasApt(): boolean {
  return existsSync('/etc/debian_version') && spawnSync('apt-get', ['--version']).status === 0;
}

/** Installs the servers' packages, as root. No system service starts by it. */
export async function installPackages(home: Home, names: ServerName[]): Promise<void> {
  const log = newLogFile(home, 'apt');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const install = [
    'install',
    '--yes',
    '--no-install-recommends',
    ...names.map((name) => debianPackages[name]),
  ];
  await run(log, 'apt-get', ['-o', 'DPkg::Lock::Timeout=120', 'update'], { env });
  await withoutStartingServices(() =>
    run(log, 'apt-get', ['-o', 'DPkg::Lock::Timeout=120', ...install], { env }),
  );
}

/**
 * Downloads the servers' packages, with those that they need and the machine lacks, and unpacks them
 * under the home. Needs no root.
 * @returns the folder that stands for `/`
 */
export async function unpackPackages(home: Home, names: ServerName[]): Promise<string> {
  const log = newLogFile(home, 'apt');
  const unpacked = home.folder('programs');
  const downloads = home.folder('downloads');
  const own = privateLists(home);
  await run(log, 'apt-get', [...own, 'update'], {});
  const needed = neededPackages(
    own,
    names.map((name) => debianPackages[name]),
  );
  await run(log, 'apt-get', [...own, 'download', ...needed], { cwd: downloads });
  for (const file of readdirSync(downloads))
    await run(log, 'dpkg-deb', ['-x', join(downloads, file), unpacked], {});
  rmSync(downloads, { recursive: true });
  moveErlang(unpacked);
  return unpacked;
}

/** apt's own lists belong to root and may be empty; these are ours. */
function privateLists(home: Home): string[] {
  home.folder('apt/lists/partial');
  home.folder('apt/cache/archives/partial');
  const state = ['-o', `Dir::State::Lists=${home.path}/apt/lists`, '-o', `Dir::Cache=${home.path}/apt/cache`];
  return [...state, '-o', 'Debug::NoLocking=true'];
}

function neededPackages(own: string[], packages: string[]): string[] {
  const args = [...own, '--simulate', '--no-install-recommends', 'install', ...packages];
  const simulated = spawnSync('apt-get', args, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
  if (simulated.status !== 0)
    throw new Error(`apt-get cannot resolve ${packages.join(', ')}:\n${simulated.stderr}`);
  return [...simulated.stdout.matchAll(/^Inst (\S+)/gm)].map((match) => match[1]!);
}

/** Debian's `erl` names its root by an absolute path. */
function moveErlang(unpacked: string): void {
  const erlang = join(unpacked, 'usr', 'lib', 'erlang');
  if (!existsSync(erlang)) return;
  const erl = join(erlang, 'bin', 'erl');
  const script = readFileSync(erl, 'utf8').replaceAll('ROOTDIR=/usr/lib/erlang', `ROOTDIR='${erlang}'`);
  writeFileSync(`${erl}.moved`, script);
  chmodSync(`${erl}.moved`, 0o755);
  renameSync(`${erl}.moved`, erl);
}

function run(
  log: string,
  command: string,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv },
): Promise<void> {
  const output = openSync(log, 'a');
  return new Promise<void>((resolve, reject) => {
    // Detached: a Ctrl-C must not interrupt a package's installation half-way.
    const child = spawn(command, args, { ...options, detached: true, stdio: ['ignore', output, output] });
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${command} ${args.join(' ')} failed:\n${lastLines(log)}`));
    });
  }).finally(() => closeSync(output));
}
