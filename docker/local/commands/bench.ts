// Measures on a platform of its own: `npm run bench -- flash-sale --buyers 10000 --stock 100`; with several processes
// of a service: `--replicas order=2`.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  profiledServices,
  readArguments,
  usageOf,
  type BenchArguments,
} from '../../../bench/src/arguments.ts';
import { readMachineLimits, shortageOf } from '../../../bench/src/machine-limits.ts';
import { openHome, root } from '../home.ts';
import { collectTroubles } from '../platform/collect-troubles.ts';
import { startPlatform } from '../platform/platform.ts';
import { replicasUsage, takeReplicas, type Replicas } from '../platform/replicas.ts';
import { runAgainstPlatform } from '../platform/run-script.ts';
import { lockHome } from '../processes/lock.ts';
import { recordedProcesses } from '../processes/pid-file.ts';
import { freePort } from '../processes/ports.ts';
import { onShutdown } from '../processes/shutdown.ts';
import { discardEarlierRuns, removeRun } from '../test-run/earlier-runs.ts';

const { wanted, args, replicas } = readOrExit(process.argv.slice(2));
const profiledOnes = profiledServices(wanted);
const shortage = shortageOf(wanted, readMachineLimits());
if (shortage !== undefined) exit(1, shortage);
if (process.env['NODE_ENV'] === 'production')
  exit(1, 'A benchmark fills a database, and is refused in production.');
// It measures servers of its own, and may empty them: those that the environment gives belong to others.
for (const name of ['DATABASE_URL', 'REDIS_URL', 'AMQP_URL']) {
  if (process.env[name]) console.error(`${name} is left alone: a benchmark starts servers of its own.`);
  delete process.env[name];
}
// It measures buying: nothing is packed meanwhile.
process.env['DELIVERY_PREPARE_AFTER_S'] = 'never';
process.env['DELIVERY_SHIP_AFTER_S'] = 'never';

const shutdown = onShutdown();
const results = join(root, 'bench', 'results');
const profiles = join(results, 'profiles');
const runs = openHome(`${openHome().path}/bench`);
await discardEarlierRuns(runs);
const home = openHome(`${runs.path}/run-${process.pid}`);
const troubles = collectTroubles(console.error);
let exitCode = 1;

try {
  shutdown.add(lockHome(home));
  const platform = await startPlatform({
    home,
    port: await freePort(),
    demo: false,
    replicas,
    nodeArgs: profiled(profiledOnes),
    shutdown,
    report: troubles.report,
  });
  platform.publish();
  troubles.collect();
  const measuring = runAgainstPlatform('bench/dist/main.js', args, {
    home,
    signal: shutdown.signal,
    env: {
      REDIS_IS_PRIVATE: 'true',
      PROCESSES: JSON.stringify({ ...recordedProcesses(home), supervisor: process.pid }),
      RESULTS_FOLDER: results,
    },
  });
  exitCode = await Promise.race([
    measuring,
    platform.died.then((reason) => Promise.reject(new Error(reason))),
  ]);
} catch (error) {
  if (!shutdown.signal.aborted) console.error((error as Error).message);
}
try {
  await shutdown.run();
} catch (error) {
  exitCode = 1;
  console.error(error);
}
troubles.tell();
if (shutdown.signal.aborted) exitCode = 130;
else if (profiledOnes.length > 0 && exitCode === 0) showProfiles();
if (exitCode === 1) console.error(`The servers' logs are in ${home.path}/logs`);
else removeRun(home);
process.exit(exitCode);

function readOrExit(given: string[]): { wanted: BenchArguments; args: string[]; replicas: Replicas } {
  try {
    const { replicas, rest: args } = takeReplicas(given);
    return { wanted: readArguments(args), args, replicas };
  } catch (error) {
    return exit(
      2,
      `${(error as Error).message}\n${usageOf(given)}\n       each of them also with ${replicasUsage}`,
    );
  }
}

/** What makes each process of services write a CPU profile when it ends. */
function profiled(services: string[]): (service: string, processName: string) => string[] {
  if (services.length > 0) {
    rmSync(profiles, { recursive: true, force: true });
    mkdirSync(profiles, { recursive: true });
  }
  return (service, processName) =>
    services.includes(service)
      ? ['--cpu-prof', `--cpu-prof-dir=${profiles}`, `--cpu-prof-name=${processName}.cpuprofile`]
      : [];
}

function showProfiles(): void {
  const script = join(root, 'bench', 'dist', 'profile', 'main.js');
  spawnSync(process.execPath, [script, profiles, results, root], { stdio: ['ignore', 'inherit', 'inherit'] });
}

function exit(code: number, message: string): never {
  console.error(message);
  process.exit(code);
}
