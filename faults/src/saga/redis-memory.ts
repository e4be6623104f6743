import type { Stores } from './stores.js';

const PARTS = ['stock', 'orders', 'buyers'];
export const keysOf = (namespace: string, productId: string): [string, string, string] =>
  PARTS.map((part) => `${namespace}:{p:${productId}}:${part}`) as [string, string, string];

/** Redis as it is now, to be had again. */
export async function remember(
  { redis, namespace }: Stores,
  productIds: readonly string[],
): Promise<Map<string, Record<string, string>>> {
  const keys = productIds.flatMap((id) => keysOf(namespace, id));
  const hashes = await Promise.all(keys.map((key) => redis.hgetall(key)));
  return new Map(keys.map((key, index) => [key, hashes[index]!]));
}

/**
 * Another server answers, which knows what the one before had told it by then: nothing, or what was remembered. Every run of
 * Redis has an id of its own, so that no product of an earlier run is sold from before it is rebuilt.
 */
export async function failOver(
  { redis, namespace }: Stores,
  productIds: readonly string[],
  known: ReadonlyMap<string, Record<string, string>>,
): Promise<void> {
  for (const id of productIds) {
    const keys = keysOf(namespace, id);
    await redis.unlink(...keys, `${namespace}:{p:${id}}:settings`);
    for (const key of keys) {
      const hash = known.get(key) ?? {};
      if (Object.keys(hash).length > 0) await redis.hset(key, hash);
    }
    if (known.get(keys[0])?.['epoch'] !== undefined) await redis.hset(keys[0], 'run', 'another');
  }
}
