import type { Metrics } from '@stampede/shared/telemetry';
import type { ProviderName } from '../payment-row.js';

/** Counts refunds that met another amount given back than we know of. Registered once for each process. */
export function mismatchesOf(metrics: Metrics): (provider: ProviderName) => void {
  const mismatches = metrics.counter(
    'refund_mismatches_total',
    'Tries of refunds that found another amount given back at the provider than was known here.',
    ['provider'],
  );
  for (const provider of ['KAKAOPAY', 'TOSS_PAYMENTS'] as const) mismatches.inc({ provider }, 0);
  return (provider) => mismatches.inc({ provider });
}
