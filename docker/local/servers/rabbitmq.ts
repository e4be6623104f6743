import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Home } from '../home.ts';
import { freePort } from '../processes/ports.ts';
import type { Programs } from './programs.ts';
import { runServer } from './run-server.ts';
import type { RunningServer } from './server.ts';

export interface RabbitmqOptions {
  home: Home;
  programs: Programs;
  port?: number;
}

/**
 * Starts a private RabbitMQ and the epmd that it registers with. A node that finds no epmd starts one that
 * outlives it, so ours comes first, on a port of its own. Not yet ready when this returns.
 */
export async function startRabbitmq({ home, programs, port }: RabbitmqOptions): Promise<RunningServer> {
  const listen = port ?? (await freePort());
  const folder = home.folder('rabbitmq');
  const [epmdPort, distributionPort] = [await freePort(), await freePort()];
  const config = join(folder, 'rabbitmq.conf');
  const plugins = join(folder, 'enabled_plugins');
  writeFileSync(config, 'log.console = true\nlog.console.level = info\nlog.file = false\n');
  writeFileSync(plugins, '[].\n');

  const env = {
    ...process.env,
    ...programs.env,
    HOME: folder,
    ERL_EPMD_PORT: String(epmdPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: 'stampede@localhost',
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(listen),
    RABBITMQ_DIST_PORT: String(distributionPort),
    RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_CONFIG_FILE: config,
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_ENABLED_PLUGINS_FILE: plugins,
    // RabbitMQ's own defaults, but for two that cost a small machine half of the start: schedulers bound to cores,
    // and file work that never waits for a moment before it sleeps (10.8 s and 6.8 s, on two cores).
    RABBITMQ_SERVER_ERL_ARGS: '+P 1048576 +t 5000000 +zdbbl 128000 +sbwt none',
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
  };
  const epmd = await runServer(home, {
    name: 'epmd',
    command: 'epmd',
    args: ['-port', String(epmdPort)],
    env,
  });
  const rabbitmq = await runServer(home, {
    name: 'rabbitmq',
    command: join(programs.bin, 'rabbitmq-server'),
    args: [],
    env,
    cwd: folder,
    stopDeadlineMs: 20_000,
  }).catch(async (error: unknown) => {
    await epmd.stop();
    throw error;
  });
  return {
    name: 'rabbitmq',
    url: `amqp://guest:guest@127.0.0.1:${listen}`,
    origin: `private instance of ${programs.bin}/rabbitmq-server`,
    ...rabbitmq,
    keep(report) {
      epmd.keep(report);
      rabbitmq.keep(report);
    },
    async stop() {
      await rabbitmq.stop();
      await epmd.stop();
    },
  };
}
