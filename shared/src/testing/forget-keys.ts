import type { Redis } from 'ioredis';

/** Removes the keys of a namespace. */
export async function forgetKeys(redis: Redis, namespace: string): Promise<void> {
  const pages = redis.scanStream({ match: `${namespace}:*`, count: 1_000 }) as AsyncIterable<string[]>;
  for await (const keys of pages) {
    if (keys.length > 0) await redis.unlink(...keys);
  }
}
