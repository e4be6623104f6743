// Tries random histories against models, on servers of its own: `npm run simulate -- --minutes 30`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { openHome, root } from '../home.ts';
import { openInfrastructure } from '../infrastructure.ts';
import { build } from '../platform/build.ts';
import { nodeOptions } from '../platform/command.ts';
import { signal as send } from '../processes/identity.ts';
import { lockHome } from '../processes/lock.ts';
import { onShutdown } from '../processes/shutdown.ts';
import { discardEarlierRuns, removeRun } from '../test-run/earlier-runs.ts';

// It makes Redis forget: those of others are left alone.
for (const name of ['DATABASE_URL', 'REDIS_URL', 'AMQP_URL']) {
  if (process.env[name]) console.error(`${name} is left alone: a simulation starts servers of its own.`);
  delete process.env[name];
}
const shutdown = onShutdown();
const { signal } = shutdown;
const runs = openHome(`${openHome().path}/simulate`);
await discardEarlierRuns(runs);
const home = openHome(`${runs.path}/run-${process.pid}`);
let exitCode = 1;

try {
  shutdown.add(lockHome(home));
  await build(signal);
  // Nothing of it goes through a broker.
  const only = ['postgresql', 'redis'] as const;
  const infrastructure = await openInfrastructure({
    home,
    only,
    disposable: true,
    report: console.log,
    signal,
  });
  shutdown.add(infrastructure.close);
  const script = join(root, 'faults', 'dist', 'simulation', 'main.js');
  const simulation = spawn(process.execPath, [...nodeOptions, script, ...process.argv.slice(2)], {
    stdio: 'inherit',
    // With the processes that it starts, so that they end together.
    detached: true,
    env: {
      ...process.env,
      DATABASE_URL: infrastructure.databaseUrl,
      REDIS_URL: infrastructure.redisUrl,
      NODE_COMPILE_CACHE: home.folder('compile-cache'),
    },
  });
  const ended = once(simulation, 'exit') as Promise<[number | null]>;
  shutdown.add(() => send(-simulation.pid!, 'SIGKILL'));
  signal.addEventListener('abort', () => send(-simulation.pid!, 'SIGTERM'), { once: true });
  const died = infrastructure.died.then((reason) => Promise.reject(new Error(reason)));
  const [code] = await Promise.race([ended, died]);
  exitCode = code ?? 1;
} catch (error) {
  if (!signal.aborted) console.error((error as Error).message);
}
try {
  await shutdown.run();
} catch (error) {
  exitCode = 1;
  console.error(error);
}
removeRun(home);
process.exit(signal.aborted ? 130 : exitCode);
