import type { Database } from '@stampede/shared/database';
import { Unavailable } from '@stampede/shared/errors';
import type { Inventory } from '@stampede/shared/inventory';
import type { Guard } from '@stampede/shared/redis';
import type { ServiceClient } from '@stampede/shared/subgraph';
import type { Log, Metrics } from '@stampede/shared/telemetry';
import { randomUUID } from 'node:crypto';
import { takeSteps } from './steps.js';
import { openUnknownProducts } from './unknown-products.js';

/** Makes a product's keys appear in Redis from what PostgreSQL knows: the only way in which they ever do. */
export interface Rebuilds {
  /**
   * Resolves when the product has been rebuilt, by this call or by one that was quicker.
   * @param least when a product of this epoch stands by now, it will do: it was COLD when the caller looked.
   * @returns false when catalog knows no such product.
   * @throws Unavailable when PostgreSQL, Redis or catalog is away.
   */
  rebuild(productId: string, least?: number): Promise<boolean>;
  /** As `rebuild`, by one that begins with this call: for what has to be in it. */
  rebuildAnew(productId: string): Promise<boolean>;
  /** In the background; whoever needs it comes again by itself. */
  later(productId: string): void;
  /** Has a product that is COLD rebuilt, in the background, before its first buyer comes. */
  warm(productId: string): void;
  /** As `warm`, and resolves when that is done. */
  rebuildIfCold(productId: string): Promise<void>;
  /** Forgets that catalog did not know this product. */
  forgetUnknown(productId: string): void;
}

export interface RebuildParts {
  database: Database;
  inventory: Inventory;
  catalog: ServiceClient;
  guard: Pick<Guard, 'inTurn'>;
  log: Log;
  metrics: Metrics;
  /** Lines of order and of catalog in memory at once. */
  pageSize?: number;
}

const MAX_STARTS = 5;
/**
 * Longer than the rebuild of a million orders takes: whoever goes on without the lock raises the epoch, and what the
 * one under way publishes then has passed before it is sold from. One that died is waited for as long as its lock lasts.
 */
const TURN = { waitMs: 60_000, ttlMs: 10_000, kept: true };

export function openRebuilds(parts: RebuildParts): Rebuilds {
  const { catalog, inventory, guard, log, metrics } = parts;
  const running = new Map<string, Promise<boolean>>();
  const unknown = openUnknownProducts();
  const seconds = metrics.histogram('rebuild_seconds', 'Time to rebuild a product’s stock in Redis.');
  const failures = metrics.counter('rebuild_failures_total', 'Rebuilds that came to nothing.');
  let underWay = 0;
  metrics.reading('rebuilds_running', 'Rebuilds that this process has in hand.', () => underWay);

  function rebuild(productId: string, least?: number): Promise<boolean> {
    // Who needs a rebuild must not be given the answer of one that found none needed.
    const key = least === undefined ? productId : `${productId} of ${least}`;
    const shared = running.get(key) ?? start(productId, { least }).finally(() => running.delete(key));
    running.set(key, shared);
    return shared;
  }

  async function start(
    productId: string,
    { anew = false, least }: { anew?: boolean; least?: number | undefined },
  ): Promise<boolean> {
    if (unknown.has(productId)) return false;
    const before = await inventory.standingEpoch(productId);
    return guard.inTurn(`rebuild:${productId}`, TURN, async () => {
      // Whoever had the lock before us may have done it.
      if (!anew && (await inventory.standingEpoch(productId)) > before) return true;
      if (least !== undefined && (await stands(productId, least))) return true;
      // Also of a product that is listed: once the epoch is raised nobody can buy until catalog has answered.
      if (!(await exists(catalog, productId))) {
        unknown.remember(productId);
        return false;
      }
      await timed(() => run(parts, productId));
      return true;
    });
  }

  async function timed(work: () => Promise<void>): Promise<void> {
    const end = seconds.startTimer();
    underWay += 1;
    try {
      await work();
      end();
    } catch (error) {
      failures.inc();
      throw error;
    } finally {
      underWay -= 1;
    }
  }

  /** Whether a product of this epoch, or a newer one, can be sold from. */
  async function stands(productId: string, least: number): Promise<boolean> {
    const [reading] = await inventory.read([productId]);
    return reading !== undefined && reading.epoch >= least;
  }

  async function rebuildIfCold(productId: string): Promise<void> {
    if (!(await stands(productId, 0))) await rebuild(productId, 0);
  }

  const inBackground = (productId: string, work: Promise<unknown>): void => {
    work.catch((error: Error) => log.warn({ err: error, productId }, 'no rebuild yet'));
  };

  return {
    rebuild,
    rebuildAnew: (productId) => start(productId, { anew: true }),
    rebuildIfCold,
    later: (productId) => inBackground(productId, rebuild(productId)),
    warm: (productId) => inBackground(productId, rebuildIfCold(productId)),
    forgetUnknown: (productId) => unknown.forget(productId),
  };
}

/** The steps, started over until a rebuild of this or another replica stands. */
async function run(parts: RebuildParts, productId: string): Promise<void> {
  for (let attempt = 1; attempt <= MAX_STARTS; attempt += 1) {
    const answer = await takeSteps(parts, productId);
    if (answer === 'PUBLISHED') return parts.log.info({ productId }, 'rebuilt the stock of a product');
    parts.log.warn({ productId, answer }, 'a rebuild starts over');
  }
  throw new Unavailable(`a rebuild of ${productId}`);
}

async function exists(catalog: ServiceClient, productId: string): Promise<boolean> {
  const { productExists } = await catalog.ask<{ productExists: boolean }>(
    'query ($productId: ID!) { productExists(productId: $productId) }',
    { productId },
    randomUUID(),
  );
  return productExists;
}
