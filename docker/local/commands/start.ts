// Runs the whole platform until Ctrl-C: `npm start`, or `npm start -- --replicas order=2,catalog=2`.
import { seedDemo } from '../demo.ts';
import { openHome } from '../home.ts';
import { countRepeats } from '../platform/collect-troubles.ts';
import { startPlatform } from '../platform/platform.ts';
import { replicasUsage, takeReplicas } from '../platform/replicas.ts';
import { readStartEnv } from '../platform/start-env.ts';
import { lockHome } from '../processes/lock.ts';
import { freePort } from '../processes/ports.ts';
import { onShutdown } from '../processes/shutdown.ts';

/** While a server is away, each request that needs it says so. */
const REPEATS_EVERY_MS = 10_000;

const shutdown = onShutdown();
const { report, tell } = countRepeats(console.log);
setInterval(tell, REPEATS_EVERY_MS).unref();
let exitCode = 0;
let ready = false;

try {
  const { port, demo } = readStartEnv();
  const { replicas, rest } = takeReplicas(process.argv.slice(2));
  if (rest.length > 0)
    throw new Error(`"${rest[0]}" is not understood. Usage: npm start -- ${replicasUsage}`);
  const home = openHome();
  shutdown.add(lockHome(home));
  const platform = await startPlatform({
    home,
    port: port || (await freePort()),
    demo,
    replicas,
    shutdown,
    report,
  });
  if (demo) await seedDemo(platform);
  console.log(`Mail box: ${platform.emulatorsUrl}/mail/inbox`);
  if (demo) {
    console.log('Demo accounts: operator@stampede.test, seller@stampede.test, buyer@stampede.test');
    console.log('               password stampede-demo');
  }
  platform.publish();
  ready = true;
  console.log(`EMULATORS_URL=${platform.emulatorsUrl}`);
  console.log(`Stampede is ready: ${platform.gatewayUrl}/graphql`);

  const reason = await Promise.race([platform.died, shutdown.requested.then(() => undefined)]);
  if (reason !== undefined) throw new Error(reason);
} catch (error) {
  if (!shutdown.signal.aborted) {
    console.error((error as Error).message);
    exitCode = 1;
  }
}

if (ready || shutdown.signal.aborted) console.log('Stopping …');
try {
  await shutdown.run();
} catch (error) {
  console.error(error);
  exitCode = 1;
}
process.exit(exitCode);
