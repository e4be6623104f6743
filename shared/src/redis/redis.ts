import { Redis } from 'ioredis';
import type { Log } from '../telemetry/index.js';
import { watchServer } from './server.js';

const MOST_BETWEEN_TRIES_MS = 200;

/**
 * Opens one connection. Commands of the same tick share a round trip. A command is answered or fails within 2 s;
 * unanswered ones are sent again after a reconnect, so every script of ours is idempotent. A master that has become
 * a replica is left for whoever answers at its address now.
 */
export function openRedis(url: string, log: Log): Redis {
  const redis = new Redis(url, {
    connectTimeout: 2_000,
    commandTimeout: 2_000,
    // Commands wait through so many tries to connect; nothing is sold until one succeeds, so the next is never far.
    maxRetriesPerRequest: 4,
    enableAutoPipelining: true,
    retryStrategy: (attempt) => Math.min(50 * attempt, MOST_BETWEEN_TRIES_MS),
    maxLoadingRetryTime: MOST_BETWEEN_TRIES_MS,
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
