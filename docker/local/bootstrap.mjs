// The first script that npm runs, on whatever Node the machine has: built-ins only, no TypeScript.
// It makes sure of the dependencies, then hands over to the command under the project's own Node.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const commands = [
  'start',
  'test',
  'buyers',
  'invariants',
  'bench',
  'drill',
  'faults',
  'simulate',
  'mutants',
  'infrastructure',
];

const [command = '', ...args] = process.argv.slice(2);
if (!commands.includes(command)) fail(`Usage: node docker/local/bootstrap.mjs ${commands.join(' | ')}`);

if (dependenciesAreStale()) installDependencies();
run(join(root, 'docker', 'local', 'commands', `${command}.ts`));

/**
 * Compares what is installed with what the lock file asks for. Optional packages of other platforms are
 * absent by design; anything else that is absent, different or left over means `npm ci`.
 * @returns {boolean}
 */
function dependenciesAreStale() {
  const installedFile = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installedFile)) return true;
  const wanted = packagesOf(join(root, 'package-lock.json'));
  const installed = packagesOf(installedFile);
  if ([...installed.keys()].some((path) => !wanted.has(path))) return true;
  return [...wanted].some(([path, entry]) => {
    const found = installed.get(path);
    if (!found) return !entry.optional;
    return found.version !== entry.version || found.integrity !== entry.integrity;
  });
}

/**
 * @param {string} lockFile
 * @returns {Map<string, {version?: string, integrity?: string, optional?: boolean}>}
 */
function packagesOf(lockFile) {
  const { packages } = JSON.parse(readFileSync(lockFile, 'utf8'));
  const entries = Object.entries(packages).filter(([path]) => path.includes('node_modules/'));
  return new Map(/** @type {[string, {}][]} */ (entries));
}

function installDependencies() {
  console.error('Installing dependencies (npm ci) …');
  const npmScript = process.env.npm_execpath;
  const [npm, prefix] = npmScript ? [process.execPath, [npmScript]] : ['npm', []];
  // Everything is built here, so development packages are needed whatever NODE_ENV says.
  const npmArgs = [
    ...prefix,
    'ci',
    '--include=dev',
    '--include=optional',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  const result = spawnSync(npm, npmArgs, { cwd: root, stdio: ['ignore', 2, 2] });
  if (result.error) fail(`npm could not be started: ${result.error.message}`);
  if (result.status !== 0) process.exit(result.status ?? 1);
}

/** @returns {string} the Node that the lock file pins, or the machine's where no such package exists */
function findNode() {
  const pinned = join(root, 'node_modules', '.bin', 'node');
  if (existsSync(pinned) && spawnSync(pinned, ['--version']).status === 0) return pinned;
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath;
  return fail(
    `Stampede needs Node.js 22.18 or newer on ${process.platform}/${process.arch}; this is ${process.version} (${process.execPath}).`,
  );
}

/**
 * Runs the command in a session of its own. A Ctrl-C reaches this process twice (from the terminal and from
 * npm) and the command not at all, so that what is passed on here is all that it hears.
 * @param {string} script
 */
function run(script) {
  const node = findNode();
  const bin = join(root, 'node_modules', '.bin');
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', script, ...args], {
    cwd: root,
    detached: true,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` },
  });
  child.on('error', (error) => fail(`${node} could not be started: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));

  let lastSignalAt = -Infinity;
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => {
      const echo = performance.now() - lastSignalAt < 1_000;
      lastSignalAt = performance.now();
      if (!echo) child.kill(signal);
    });
  }
  if (process.env.npm_lifecycle_event) stopWhenNpmIsGone(() => child.kill('SIGTERM'));
}

/**
 * npm passes a signal on to the shell that it runs scripts in, and some shells die of it without a word to
 * this process; a killed npm says nothing at all.
 * @param {() => void} stop
 */
function stopWhenNpmIsGone(stop) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    stop();
  }, 500);
  timer.unref();
}

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  console.error(message);
  process.exit(1);
}
