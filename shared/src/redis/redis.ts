import { Redis } from 'ioredis';
import type { Log } from '../telemetry/index.js';
import { watchServer } from './server.js';

/** Nothing is sold while Redis is away: the next look for it is never far. */
const LOOK_AGAIN_MS = 100;

/**
 * A connection that owes an answer for so long is taken for dead: the host may be gone, or what lies between may have
 * forgotten the connection, and TCP would not say so for a quarter of an hour.
 */
const SILENT_FOR_MS = 1_500;

/**
 * Opens one connection. Commands of the same tick share a round trip. A command is answered or fails within 2 s;
 * unanswered ones are sent again after a reconnect, so every script of ours is idempotent. A master that has become
 * a replica is left for whoever answers at its address now.
 */
export function openRedis(url: string, log: Log): Redis {
  const redis = new Redis(url, {
    connectTimeout: 2_000,
    commandTimeout: 2_000,
    socketTimeout: SILENT_FOR_MS,
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

/** Lets what is under way end, of a server that answers; one that does not keeps nobody from closing. */
export async function closeRedis(redis: Redis): Promise<void> {
  try {
    await redis.quit();
  } catch {
    // Its answer was lost, and with it nothing: all that was to be heard of has been waited for by who asked it.
    redis.disconnect();
  }
}
