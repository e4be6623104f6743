import { Redis } from 'ioredis';
import type { Log } from '../telemetry/index.js';
import { watchServer } from './server.js';

/** Nothing is sold while Redis is away: the next look for it is never far. */
const LOOK_AGAIN_MS = 100;

/**
 * Opens one connection. Commands of the same tick share a round trip. A command is answered or fails within 2 s;
 * unanswered ones are sent again after a reconnect, so every script of ours is idempotent. A master that has become
 * a replica is left for whoever answers at its address now.
 */
export function openRedis(url: string, log: Log): Redis {
  const redis = new Redis(url, {
    connectTimeout: 2_000,
    commandTimeout: 2_000,
    // As long as commands wait for a Redis that restarts.
    maxRetriesPerRequest: 6,
    enableAutoPipelining: true,
    retryStrategy: () => LOOK_AGAIN_MS,
    maxLoadingRetryTime: LOOK_AGAIN_MS,
    reconnectOnError: (error) => {
      if (!error.message.includes('READONLY')) return false;
      watch.lostMaster();
      return true;
    },
  });
  const watch = watchServer(redis, log);
  let away = false;
  redis.on('error', (error: Error) => {
    if (!away) log.warn({ err: error }, 'Redis is away');
    away = true;
  });
  redis.on('ready', () => {
    if (away) log.info('Redis is back');
    away = false;
  });
  return redis;
}
