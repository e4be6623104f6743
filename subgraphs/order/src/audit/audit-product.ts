import { setTimeout as sleep } from 'node:timers/promises';
import { notFound } from '@stampede/shared/errors';
import type { Rebuilds } from '../rebuild/rebuilds.js';
import { compareStores, type Difference, type StoresToCompare } from './compare-stores.js';
import type { StockAudit } from './stock-audit.entity.js';

export interface AuditParts extends StoresToCompare {
  rebuilds: Rebuilds;
  /** What is different for longer than this is no change on its way. Default 1 s. */
  settleMs?: number;
  /** Entries of Redis that are younger are left out. Default 30 s. */
  graceMs?: number;
}

/** Each may find that a rebuild, or a cold product, came in between. */
const MAX_TRIES = 5;

/**
 * Compares a product's stores; what differs twice in a row, in the same words, is drift. A product that is COLD is
 * rebuilt first: there is nothing to compare.
 *
 * @throws NOT_FOUND; Unavailable.
 */
export async function auditProduct(
  parts: AuditParts,
  productId: string,
): Promise<StockAudit & { differences: Difference[] }> {
  const { rebuilds, settleMs = 1_000, graceMs } = parts;
  let repaired = false;
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const first = await compareStores(parts, productId, graceMs);
    if (first.kind === 'no-such-product') throw notFound('product');
    if (first.kind === 'cold') {
      await rebuilds.rebuild(productId);
      repaired = true;
      continue;
    }
    if (first.differences.length === 0) return auditOf(productId, first.reading, [], repaired);
    await sleep(settleMs);
    const second = await compareStores(parts, productId, graceMs);
    if (second.kind !== 'compared' || second.reading.epoch !== first.reading.epoch) continue;
    const before = new Set(first.differences.map(({ what }) => what));
    const lasting = second.differences.filter(({ what }) => before.has(what));
    return auditOf(productId, second.reading, lasting, repaired);
  }
  // Rebuilt again and again while it was looked at: there is nothing that could have drifted.
  const last = await compareStores(parts, productId, graceMs);
  if (last.kind !== 'compared') throw notFound('product');
  return auditOf(productId, last.reading, [], repaired);
}

function auditOf(
  productId: string,
  { total, sold, held, available }: { total: number; sold: number; held: number; available: number },
  differences: Difference[],
  repaired: boolean,
): StockAudit & { differences: Difference[] } {
  const drift = differences.reduce((sum, { units }) => sum + units, 0);
  return {
    productId,
    product: { id: productId },
    total,
    sold,
    held,
    available,
    drift,
    repaired,
    differences,
  };
}
