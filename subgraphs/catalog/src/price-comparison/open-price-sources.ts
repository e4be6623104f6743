import { breakerMetrics, openCircuitBreaker, type BreakerSettings } from '@stampede/shared/circuit-breaker';
import type { Database } from '@stampede/shared/database';
import type { Log, Metrics } from '@stampede/shared/telemetry';
import type { Redis } from 'ioredis';
import { judgeSearch, openShoppingSearch, type ShoppingSearchOptions } from './naver/shopping-search.js';
import { openOfferMemory } from './offer-memory.js';
import { openOtherSellers } from './other-sellers.js';
import { openOtherShops } from './other-shops.js';
import type { PriceSource } from './price-source.js';

export interface PriceSourcesOptions {
  database: Database;
  redis: Redis;
  namespace: string;
  publicUrl: string;
  /** Without it, other sellers of our own catalogue are all that is compared with. */
  shopping: ShoppingSearchOptions | undefined;
  /** Where they are not the usual ones. */
  breaker?: Partial<BreakerSettings>;
  log: Log;
  metrics: Metrics;
  now?: () => number;
}

const REMEMBERED_MS = 10 * 60_000;

/** Each has to be closed by its owner. */
export function openPriceSources(options: PriceSourcesOptions): PriceSource[] {
  const { database, redis, namespace, publicUrl, shopping, log, metrics, now } = options;
  const sellers = openOtherSellers(database, publicUrl);
  if (!shopping) return [sellers];
  const shops = openOtherShops({
    search: openShoppingSearch(shopping),
    breaker: openCircuitBreaker({
      name: 'naver-shopping',
      metrics: breakerMetrics(metrics),
      judge: judgeSearch,
      log,
      ...(options.breaker && { settings: options.breaker }),
    }),
    memory: openOfferMemory({ redis, namespace, lifeMs: REMEMBERED_MS, log }),
    freshMs: REMEMBERED_MS / 2,
    log,
    ...(now && { now }),
  });
  return [shops, sellers];
}
