import { Unavailable } from '@stampede/shared/errors';
import type { Redis } from 'ioredis';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';

/** How often in how many seconds. */
export interface Rate {
  times: number;
  seconds: number;
}

/** So often in a window that begins with the first time. */
export interface Limit {
  /** @returns null, or when the window ends, if that would be once too often. @throws Unavailable when Redis is away. */
  count(key: string): Promise<Date | null>;
  /** As `count` would answer, without counting. */
  look(key: string): Promise<Date | null>;
  /** One less, if anything is counted. */
  takeBack(key: string): Promise<void>;
  forget(key: string): Promise<void>;
}

/**
 * Adds ARGV[1], which may be negative, to what KEYS[1] counts in a window of ARGV[2] seconds, of ARGV[3] at most.
 * Returns what is counted then and for how long, in ms. What would be too many is returned, and not counted: nothing
 * that was refused stands against who gets something back later. What is taken back when nothing is counted (any more)
 * leaves no key: the library's own script would count below zero, for another whole window.
 */
const COUNT = `
local count = tonumber(redis.call('get', KEYS[1]) or '0') + tonumber(ARGV[1])
if count > tonumber(ARGV[3]) then return { count, redis.call('pttl', KEYS[1]) } end
if count <= 0 then
  redis.call('del', KEYS[1])
  return { 0, 0 }
end
redis.call('set', KEYS[1], 0, 'EX', ARGV[2], 'NX')
return { redis.call('incrby', KEYS[1], ARGV[1]), redis.call('pttl', KEYS[1]) }
`;

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
    customIncrTtlLuaScript: COUNT,
  });
  return {
    count: async (key) => {
      try {
        await limiter.consume(key);
        return null;
      } catch (refusal) {
        if (refusal instanceof RateLimiterRes) return endOf(refusal);
        throw away(refusal);
      }
    },
    look: async (key) => {
      const counted = await limiter.get(key).catch((error: unknown) => Promise.reject(away(error)));
      return counted && counted.consumedPoints >= times ? endOf(counted) : null;
    },
    takeBack: async (key) => {
      await limiter.reward(key).catch((error: unknown) => Promise.reject(away(error)));
    },
    forget: async (key) => {
      await limiter.delete(key).catch((error: unknown) => Promise.reject(away(error)));
    },
  };
}

const endOf = ({ msBeforeNext }: RateLimiterRes) => new Date(Date.now() + msBeforeNext);

const away = (cause: unknown) => new Unavailable('the count of attempts', { cause });
