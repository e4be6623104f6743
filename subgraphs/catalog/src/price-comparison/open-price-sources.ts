import { breakerMetrics, openCircuitBreaker, type BreakerSettings } from '@stampede/shared/circuit-breaker';
import type { Database } from '@stampede/shared/database';
import type { Log, Metrics } from '@stampede/shared/telemetry';
import type { Redis } from 'ioredis';
import { openShoppingSearch, type ShoppingSearchOptions } from './naver/shopping-search.js';
import { openOfferMemory } from './offer-memory.js';
import { openOtherSellers } from './other-sellers.js';
import { openOtherShops } from './other-shops.js';
import { overloadMetric } from './overloads.js';
import type { PriceSource } from './price-source.js';
import { judgeSearch } from './verdict.js';

export interface PriceSourcesOptions {
  database: Database;
  redis: Redis;
  namespace: string;
  publicUrl: string;
  /** Without it, other sellers of our own catalogue are all that is compared with. */
  shopping: (ShoppingSearchOptions & { callsPerSecond: number }) | undefined;
  /** Where they are not the usual ones. */
  breaker?: Partial<BreakerSettings>;
  /** How long Redis, and a statement, are waited for, ms. */
  patience?: { redisMs?: number; statementMs?: number };
  log: Log;
  metrics: Metrics;
  now?: () => number;
}

const REMEMBERED_MS = 10 * 60_000;

/** Each has to be closed by its owner. */
export function openPriceSources(options: PriceSourcesOptions): PriceSource[] {
  const { database, redis, namespace, publicUrl, shopping, patience, log, metrics, now } = options;
  const overloaded = overloadMetric(metrics);
  const sellers = openOtherSellers({
    database,
    publicUrl,
    overloaded: overloaded('sellers'),
    patienceMs: patience?.statementMs,
  });
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
    memory: openOfferMemory({
      redis,
      namespace,
      lifeMs: REMEMBERED_MS,
      patienceMs: patience?.redisMs,
      log,
    }),
    callsPerSecond: shopping.callsPerSecond,
    freshMs: REMEMBERED_MS / 2,
    overloaded: overloaded('shops'),
    log,
    ...(now && { now }),
  });
  return [shops, sellers];
}
