import { workOff, type Repetition } from '@stampede/shared/background';
import type { Database } from '@stampede/shared/database';
import type { Log, Metrics } from '@stampede/shared/telemetry';

const EVERY_MS = 5_000;

interface Units {
  sales: number;
  available: number;
  held: number;
  sold: number;
}

/** As the mirror of stock last saw them, a second ago; sold out or not. So many at most: a gauge must be no load. */
const UNITS = `
  SELECT count(*) AS sales, coalesce(sum(available), 0)::bigint AS available,
    coalesce(sum(held), 0)::bigint AS held, coalesce(sum(sold), 0)::bigint AS sold
  FROM (SELECT seen.available, seen.held, seen.sold FROM product JOIN stock_seen seen ON seen.product_id = product.id
    WHERE opens_at BETWEEN now() - interval '1 day' AND now() AND coalesce(closes_at, 'infinity') > now() AND NOT paused
    LIMIT 10000) AS open`;

/** Measures the sales that opened in the last 24 hours and are open. Every replica reports all: take the maximum. */
export function watchOpenSales(parts: { database: Database; log: Log; metrics: Metrics }): Repetition {
  const { database, log, metrics } = parts;
  const sales = metrics.gauge('sales_open', 'Sales that opened in the last 24 hours and are open.');
  const units = metrics.gauge('sale_units', 'Units of these sales, all together, by where they are.', [
    'state',
  ]);
  return workOff({ name: 'the look at open sales', pauseMs: EVERY_MS, log }, async () => {
    const [found] = await database.query<Units>(UNITS);
    if (!found) return 0;
    sales.set(found.sales);
    for (const state of ['available', 'held', 'sold'] as const) units.set({ state }, found[state]);
    return 0;
  });
}
