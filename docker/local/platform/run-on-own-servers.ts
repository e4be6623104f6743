import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { openHome, root, type Home } from '../home.ts';
import { openInfrastructure } from '../infrastructure.ts';
import { signal as send } from '../processes/identity.ts';
import { lockHome } from '../processes/lock.ts';
import { onShutdown, type Shutdown } from '../processes/shutdown.ts';
import { programsFor } from '../servers/private.ts';
import { build } from './build.ts';
import { nodeOptions } from './command.ts';

export interface OwnServersOptions {
  /** Of the command, and of the folder that it keeps its servers' data and logs in. */
  name: string;
  /** A built script, relative to the checkout. */
  script: string;
  args?: readonly string[];
  maxConnections?: number;
  /** Hears what the script asks of its parent; the home is its own, beside that of the servers. */
  obey?: (child: ChildProcess, home: Home, shutdown: Shutdown) => void;
}

/**
 * Builds, starts disposable servers, and runs a script on them, which is told of them by the environment. It may do to
 * them what it likes: those that the environment gives belong to others, and are left alone.
 *
 * @returns the exit code of the command: the script's, 130 when somebody asked for its end, else 1
 */
export async function runOnOwnServers(options: OwnServersOptions) {
  const { name, script, args = [], maxConnections, obey } = options;
  for (const variable of ['DATABASE_URL', 'REDIS_URL', 'AMQP_URL']) {
    if (process.env[variable]) console.error(`${variable} is left alone: ${name} starts servers of its own.`);
    delete process.env[variable];
  }
  const shutdown = onShutdown();
  const { signal } = shutdown;
  let exitCode = 1;
  try {
    const home = openHome(`${openHome().path}/${name}`);
    shutdown.add(lockHome(home));
    // Not to where the script prints what somebody may keep.
    const report = console.error;
    const infrastructure = await openInfrastructure({
      home,
      disposable: true,
      report,
      signal,
      ...(maxConnections !== undefined && { maxConnections }),
    });
    shutdown.add(infrastructure.close);
    await build(signal);
    const programs = await programsFor({ home, names: ['postgresql'], report });
    const { bin = '', env = {} } = programs.get('postgresql') ?? {};
    const child = spawn(process.execPath, [...nodeOptions, join(root, script), ...args], {
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
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
    obey?.(child, openHome(`${home.path}/mistreated`), shutdown);
    shutdown.add(() => send(-child.pid!, 'SIGKILL'));
    signal.addEventListener('abort', () => send(-child.pid!, 'SIGTERM'), { once: true });
    const died = infrastructure.died.then((reason) => Promise.reject(new Error(reason)));
    const [code] = (await Promise.race([once(child, 'exit'), died])) as [number | null];
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
  return signal.aborted ? 130 : exitCode;
}
