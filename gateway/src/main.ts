import { exitOnEnvironmentError } from '@stampede/shared/env';
import { runService } from '@stampede/shared/subgraph';
import { openLog, openMetrics, openTracing } from '@stampede/shared/telemetry';
import { readGatewayEnv } from './env.js';
import { openGateway } from './gateway.js';

const env = exitOnEnvironmentError(() => readGatewayEnv());
const log = openLog('gateway', env.LOG_LEVEL);

await runService({ log, drainMs: env.DRAIN_MS }, async (own) => {
  own(await openTracing('gateway', log));
  const { port } = await openGateway({ env, log, metrics: openMetrics('gateway') }, own);
  log.info({ port, url: env.PUBLIC_URL }, 'listening');
});
