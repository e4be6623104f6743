export { openRedis } from './redis.js';
export { openGuard } from './guard.js';
export type { Guard } from './guard.js';
