import type { Database } from '@stampede/shared/database';
import type { Inventory } from '@stampede/shared/inventory';
import type { Log } from '@stampede/shared/telemetry';
import type { Rebuilds } from '../rebuild/rebuilds.js';
import { findOrphans } from './find-orphans.js';
import { findSuspects } from './find-suspects.js';
import { releaseOrphans } from './release-orphans.js';

export interface OrphanParts {
  database: Database;
  inventory: Inventory;
  rebuilds: Rebuilds;
  log: Log;
}

/** A checkout is over long before; should one still be under way, it finds its hold abandoned and takes another. */
const GRACE_MS = 10_000;

/**
 * Gives back what Redis holds for nobody: of a checkout that crashed, or lost Redis, between its reservation and
 * its order. Replicas may do it side by side.
 *
 * @param graceMs a hold, or an order's end, that is younger is left alone.
 * @returns how many holds are given back.
 */
export async function sweepOrphans(parts: OrphanParts, graceMs = GRACE_MS): Promise<number> {
  let released = 0;
  for (const productId of await findSuspects(parts)) released += await sweep(parts, productId, graceMs);
  return released;
}

async function sweep(
  { database, inventory, rebuilds, log }: OrphanParts,
  productId: string,
  graceMs: number,
): Promise<number> {
  const held = await inventory.heldBefore(productId, (await inventory.now()) - graceMs);
  const found = await findOrphans(database, productId, held, graceMs);
  // No number is mended by hand where Redis has forgotten something.
  if (found.some(({ finding }) => finding === 'FORGOTTEN')) rebuilds.later(productId);
  const released = await releaseOrphans(database, productId, found);
  if (released > 0) log.warn({ productId, released }, 'gave back what was held for no order');
  return released;
}
