import type { Env } from '../env.js';
import type { LiveLimits } from './live.js';

/** What one live client, and all together, may have, as the environment says. */
export const liveLimits = (env: Env): LiveLimits => ({
  bodyLimit: env.BODY_LIMIT_BYTES,
  initMs: env.LIVE_INIT_MS,
  heartbeatMs: env.LIVE_HEARTBEAT_MS,
  operationLimit: env.LIVE_OPERATIONS,
  maxTokens: env.QUERY_TOKENS,
  messageRate: env.LIVE_MESSAGES,
  crowd: {
    connections: env.LIVE_CONNECTIONS,
    connectionsPerAccount: env.LIVE_CONNECTIONS_PER_ACCOUNT,
    connectionsPerAddress: env.LIVE_CONNECTIONS_PER_ADDRESS,
    subscriptionsPerAccount: env.LIVE_SUBSCRIPTIONS_PER_ACCOUNT,
    subscriptionsPerAddress: env.LIVE_SUBSCRIPTIONS_PER_ADDRESS,
  },
  deadlineMs: env.SUBGRAPH_DEADLINE_MS,
});
