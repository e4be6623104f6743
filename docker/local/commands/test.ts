// Runs every package's tests against servers of their own: `npm test`, or `npm test -- --filter=@stampede/order`.
import { openHome, root } from '../home.ts';
import { openInfrastructure } from '../infrastructure.ts';
import { lockHome } from '../processes/lock.ts';
import { onShutdown } from '../processes/shutdown.ts';
import { forgetTestResults, sumTestResults } from '../test-run/results.ts';
import { discardEarlierRuns, removeRun } from '../test-run/earlier-runs.ts';
import { runTurbo } from '../turbo.ts';

const shutdown = onShutdown();
const runs = openHome(`${openHome().path}/test`);
await discardEarlierRuns(runs);
// A home per run: tests can run beside each other, and beside a started platform.
const home = openHome(`${runs.path}/run-${process.pid}`);
let succeeded = false;

try {
  shutdown.add(lockHome(home));
  forgetTestResults(root);
  const { signal } = shutdown;
  const infrastructure = await openInfrastructure({
    home,
    maxConnections: 400,
    // A hundred databases are made and dropped, each of which would wait for the disk.
    disposable: true,
    report: console.log,
    signal,
  });
  shutdown.add(infrastructure.close);

  const env = {
    DATABASE_URL: infrastructure.databaseUrl,
    REDIS_URL: infrastructure.redisUrl,
    AMQP_URL: infrastructure.amqpUrl,
    STAMPEDE_HOME: home.path,
    // No test has to clean up what this run removes at its end.
    DISPOSABLE_SERVERS: 'true',
    // A hundred processes compile the same files: those of a shop, for each test that opens one.
    NODE_COMPILE_CACHE: home.folder('compile-cache'),
  };
  const turbo = runTurbo(['build', 'test', '--concurrency=1', '--continue', ...process.argv.slice(2)], {
    env,
    signal,
  });
  const died = infrastructure.died.then((reason) => Promise.reject(new Error(reason)));
  succeeded = (await Promise.race([turbo, died])) && !signal.aborted;
} catch (error) {
  console.error((error as Error).message);
}
try {
  await shutdown.run();
} catch (error) {
  succeeded = false;
  console.error(error);
}

const { passed, failed: counted } = sumTestResults(root);
// A build that broke, or a package whose tests never came to run, is a failure that no results file counts.
const failed = succeeded ? counted : Math.max(counted, 1);
const good = failed === 0 && passed > 0;
if (good) removeRun(home);
else console.log(`The servers' logs are in ${home.path}/logs`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(good ? 0 : 1);
