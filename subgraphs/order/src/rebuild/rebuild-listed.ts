import type { Database } from '@stampede/shared/database';
import type { Inventory } from '@stampede/shared/inventory';
import type { ServerChange } from '@stampede/shared/redis';
import type { Log } from '@stampede/shared/telemetry';
import { readListedProducts } from '../listing/read-listed-products.js';
import type { Rebuilds } from './rebuilds.js';

/** Beside the buyers' own: enough to be quick, and few enough to leave PostgreSQL and catalog to them. */
const SIDE_BY_SIDE = 4;

export interface ListedParts {
  database: Database;
  inventory: Inventory;
  rebuilds: Rebuilds;
  log: Log;
}

/**
 * After Redis has come back as another server, has every sale that is not over rebuilt before its next buyer comes.
 * Nothing depends on it: what it leaves out is COLD, and rebuilt by whoever asks first. Only a server that was a
 * replica in between may know less than its run id says; there all of them are made COLD first, those that are over
 * as well, so that none is sold from should their rebuilds fail.
 *
 * @param signal ends it before all are done.
 * @returns how many products it looked after.
 */
export async function rebuildListed(
  parts: ListedParts,
  change: ServerChange,
  signal: AbortSignal,
): Promise<number> {
  const { inventory, rebuilds, log } = parts;
  const now = await inventory.now();
  const due: string[] = [];
  for await (const page of readListedProducts(parts.database)) {
    if (change === 'was-replica') await inventory.distrust(page);
    const standing = await inventory.readStanding(page);
    due.push(...page.filter((_, index) => (standing[index]?.settings.closesAt ?? Infinity) > now));
  }
  const count = due.length;
  async function work(): Promise<void> {
    for (let next = due.pop(); next !== undefined && !signal.aborted; next = due.pop()) {
      try {
        await rebuilds.rebuildIfCold(next);
      } catch (error) {
        log.warn({ err: error, productId: next }, 'no rebuild yet');
      }
    }
  }
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
  log.info({ count }, 'looked after every sale that Redis may have forgotten');
  return count;
}
