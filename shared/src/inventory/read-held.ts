import type { Redis } from 'ioredis';
import type { HoldName } from './product.js';
import { scanEntries } from './read-entries.js';

/** What Redis holds for an order, by the hold's name. */
export interface HeldEntry extends HoldName {
  orderId: string;
}

/** Every hold of a product that is not younger than `before` (Redis' clock, ms). */
export async function readHeld(
  redis: Redis,
  namespace: string,
  productId: string,
  before: number,
): Promise<HeldEntry[]> {
  const held = new Map<string, HeldEntry>();
  for await (const entries of scanEntries(redis, namespace, productId)) {
    for (const { orderId, state, epoch, serial, heldAt } of entries) {
      if (state === 'held' && heldAt <= before) held.set(orderId, { orderId, epoch, serial });
    }
  }
  return [...held.values()];
}
