export { closeRedis, openRedis } from './redis.js';
export { openGuard } from './guard.js';
export type { Guard } from './guard.js';
export { serverOf } from './server.js';
export type { RedisServer, ServerChange } from './server.js';
