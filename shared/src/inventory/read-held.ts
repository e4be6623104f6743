import type { Redis } from 'ioredis';
import { keysOf, type HoldName } from './product.js';

/** What Redis holds for an order, by the hold's name. */
export interface HeldEntry extends HoldName {
  orderId: string;
}

const PAGE = 1_000;

/**
 * Every hold of a product that is not younger than `before` (Redis' clock, ms). Pages through the whole hash beside
 * the buyers' commands: what changes meanwhile may or may not be seen.
 */
export async function readHeld(
  redis: Redis,
  namespace: string,
  productId: string,
  before: number,
): Promise<HeldEntry[]> {
  const key = keysOf(namespace, productId)[1];
  // HSCAN may give an entry twice.
  const held = new Map<string, HeldEntry>();
  let cursor = '0';
  do {
    const [next, fields] = await redis.hscan(key, cursor, 'COUNT', PAGE);
    for (let index = 0; index < fields.length; index += 2) {
      const entry = heldEntryOf(fields[index] as string, fields[index + 1] as string, before);
      if (entry) held.set(entry.orderId, entry);
    }
    cursor = next;
  } while (cursor !== '0');
  return [...held.values()];
}

/** As the prelude of the scripts writes it. */
function heldEntryOf(orderId: string, text: string, before: number): HeldEntry | undefined {
  const [state, , , , epoch, serial, , heldAt] = text.split('|');
  if (state !== 'held' || Number(heldAt) > before) return undefined;
  return { orderId, epoch: Number(epoch), serial: Number(serial) };
}
