export { serveSubgraph } from './serve.js';
export type { SubgraphServer } from './serve.js';
export type { SubgraphContext } from './context.js';
export { requireRole, requireService, requireUser } from './guards.js';
export { openServiceClient } from './service-client.js';
export type { ServiceClient } from './service-client.js';
export { runService } from './run-service.js';
export { readinessOf } from './readiness.js';
