import { Unavailable } from '@stampede/shared/errors';
import type { Redis } from 'ioredis';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Rate } from './limits.js';

/** So often in a window that begins with the first time. */
export interface Limit {
  /** @returns null, or when the window ends, if that was once too often. @throws Unavailable when Redis is away. */
  count(key: string): Promise<Date | null>;
  /** One less. */
  takeBack(key: string): Promise<void>;
  forget(key: string): Promise<void>;
}

/**
 * Without the library's stand-in for a store that is away: each replica would count for itself, from nothing. Redis
 * answers or fails within 2 s. A command that is sent again after a reconnect may count twice, which errs on the
 * right side.
 */
export function openLimit(redis: Redis, keyPrefix: string, { times, seconds }: Rate): Limit {
  const limiter = new RateLimiterRedis({
    storeClient: redis,
    keyPrefix,
    points: times,
    duration: seconds,
  });
  return {
    count: async (key) => {
      try {
        await limiter.consume(key);
        return null;
      } catch (refusal) {
        if (refusal instanceof RateLimiterRes) return new Date(Date.now() + refusal.msBeforeNext);
        throw away(refusal);
      }
    },
    takeBack: async (key) => {
      await limiter.reward(key).catch((error: unknown) => Promise.reject(away(error)));
    },
    forget: async (key) => {
      await limiter.delete(key).catch((error: unknown) => Promise.reject(away(error)));
    },
  };
}

const away = (cause: unknown) => new Unavailable('the count of attempts', { cause });
