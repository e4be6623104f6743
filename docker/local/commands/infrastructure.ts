// Runs PostgreSQL, Redis and RabbitMQ alone, until Ctrl-C: for tests of one package, and for debugging.
import { openHome } from '../home.ts';
import { openInfrastructure } from '../infrastructure.ts';
import { lockHome } from '../processes/lock.ts';
import { onShutdown } from '../processes/shutdown.ts';

const shutdown = onShutdown();
const home = openHome(`${openHome().path}/infrastructure`);

try {
  shutdown.add(lockHome(home));
  const infrastructure = await openInfrastructure({
    home,
    maxConnections: 400,
    disposable: true,
    report: console.error,
    signal: shutdown.signal,
  });
  shutdown.add(infrastructure.close);
  console.log(`export DATABASE_URL=${infrastructure.databaseUrl}`);
  console.log(`export REDIS_URL=${infrastructure.redisUrl}`);
  console.log(`export AMQP_URL=${infrastructure.amqpUrl}`);
  const died = await Promise.race([infrastructure.died, shutdown.requested.then(() => undefined)]);
  if (died) throw new Error(died);
} catch (error) {
  if (!shutdown.signal.aborted) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
await shutdown.run();
process.exit();
