export { openLog } from './log.js';
export type { Log } from './log.js';
export { openMetrics } from './metrics.js';
export type { Metrics } from './metrics.js';
export { currentRequestId, withRequestId } from './request-context.js';
