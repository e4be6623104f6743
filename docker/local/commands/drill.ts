// Tries on servers of its own that a lost platform can be restored from a dump: `npm run drill`.
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
import { programsFor } from '../servers/private.ts';

// It drops databases: those of others are left alone.
for (const name of ['DATABASE_URL', 'REDIS_URL', 'AMQP_URL']) {
  if (process.env[name]) console.error(`${name} is left alone: a drill starts servers of its own.`);
  delete process.env[name];
}
const shutdown = onShutdown();
const { signal } = shutdown;
let exitCode = 1;

try {
  const home = openHome(`${openHome().path}/drill`);
  shutdown.add(lockHome(home));
  const infrastructure = await openInfrastructure({ home, disposable: true, report: console.log, signal });
  shutdown.add(infrastructure.close);
  await build(signal);
  const programs = await programsFor({ home, names: ['postgresql'], report: console.log });
  const { bin = '', env = {} } = programs.get('postgresql') ?? {};
  const script = join(root, 'shared', 'dist', 'testing', 'restore-drill-cli.js');
  const drill = spawn(process.execPath, [...nodeOptions, script], {
    stdio: 'inherit',
    // With the platform that it starts, so that both end together.
    detached: true,
    env: {
      ...process.env,
      ...env,
      POSTGRESQL_PROGRAMS: bin,
      DATABASE_URL: infrastructure.databaseUrl,
      REDIS_URL: infrastructure.redisUrl,
      AMQP_URL: infrastructure.amqpUrl,
      NODE_COMPILE_CACHE: home.folder('compile-cache'),
    },
  });
  shutdown.add(() => send(-drill.pid!, 'SIGKILL'));
  signal.addEventListener('abort', () => send(-drill.pid!, 'SIGTERM'), { once: true });
  const died = infrastructure.died.then((reason) => Promise.reject(new Error(reason)));
  const [code] = (await Promise.race([once(drill, 'exit'), died])) as [number | null];
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
process.exit(signal.aborted ? 130 : exitCode);
