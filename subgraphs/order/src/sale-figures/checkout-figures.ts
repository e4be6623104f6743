import type { Database } from '@stampede/shared/database';
import type { Own } from '@stampede/shared/subgraph';
import type { Log, Metrics } from '@stampede/shared/telemetry';
import { openCheckoutCounts } from './checkout-counts.js';
import { openCheckoutMetrics } from './checkout-metrics.js';
import { tellCounts } from './tell-counts.js';

/**
 * What is counted of checkouts: for operators in metrics, for sellers by product in messages. To be opened after the
 * relay, which carries the rest of them, and before the server, whose last checkouts are counted.
 */
export function openCheckoutFigures(parts: { database: Database; log: Log; metrics: Metrics }, own: Own) {
  const counts = openCheckoutCounts();
  own(tellCounts({ ...parts, counts }));
  return { counts, outcomes: openCheckoutMetrics(parts.metrics) };
}
