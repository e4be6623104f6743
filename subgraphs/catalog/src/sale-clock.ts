import type { Sql } from '@stampede/shared/database';
import { isUnavailable } from '@stampede/shared/errors';
import type { Inventory } from '@stampede/shared/inventory';

/**
 * Redis' clock, by which sales open and close, for somebody who is about to wait for a lock: asked once, before,
 * and counted on from there, so that no lock is held while Redis is asked. Milliseconds since 1970.
 */
export interface SaleClock {
  /** Not later than Redis' clock is now: what has come by it has come. */
  atLeast(tx: Sql): Promise<number>;
  /** Not earlier than Redis' clock is now: what is still to come by it is still to come. */
  atMost(tx: Sql): Promise<number>;
}

/** As `/readyz` has it: with clocks that differ by more, nobody is served. */
const CLOCKS_MAY_DIFFER_MS = 500;

/** While Redis is away it is PostgreSQL's clock, give or take what the two may differ by. */
export async function readSaleClock(inventory: Pick<Inventory, 'now'>): Promise<SaleClock> {
  const askedAt = performance.now();
  try {
    const now = await inventory.now();
    const answeredAt = performance.now();
    return {
      atLeast: () => Promise.resolve(Math.floor(now + performance.now() - answeredAt)),
      // A millisecond more, because Redis' own was cut off.
      atMost: () => Promise.resolve(Math.ceil(now + 1 + performance.now() - askedAt)),
    };
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    return {
      atLeast: async (tx) => (await clockOf(tx)) - CLOCKS_MAY_DIFFER_MS,
      atMost: async (tx) => (await clockOf(tx)) + CLOCKS_MAY_DIFFER_MS,
    };
  }
}

async function clockOf(tx: Sql): Promise<number> {
  const [row] = await tx.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  if (!row) throw new Error('PostgreSQL told no time');
  return row.now.getTime();
}
