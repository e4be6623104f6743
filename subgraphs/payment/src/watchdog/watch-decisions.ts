import { workOff, type Repetition } from '@stampede/shared/background';
import type { Metrics } from '@stampede/shared/telemetry';
import type { PaymentParts } from '../payment-parts.js';
import type { ProviderName } from '../payment-row.js';

const MEASURE_PAUSE_MS = 15_000;

/** Later than a payment is ended for its provider's silence: until then waiting is in order. Those that wait have a time to be looked at, and are few. */
const OVERDUE = `
  SELECT provider, count(*) FROM payment
  WHERE look_at IS NOT NULL AND status = 'APPROVING' AND window_ends_at < now() - interval '2 minutes'
  GROUP BY provider`;

/**
 * Counts payments that are still being decided although their time is over: the provider answers, but with what proves
 * nothing, as to a wrong key of the shop's. They hold their orders' units, so a person has to look.
 */
export function watchDecisions(
  { database, providers, log }: Pick<PaymentParts, 'database' | 'providers' | 'log'>,
  metrics: Metrics,
): Repetition {
  const overdue = metrics.gauge(
    'overdue_decisions',
    'Payments that are still being decided two minutes after their window. Every replica reports them all: take the maximum.',
    ['provider'],
  );
  const names = Object.keys(providers) as ProviderName[];
  return workOff({ name: 'the look for overdue decisions', pauseMs: MEASURE_PAUSE_MS, log }, async () => {
    const found = await database.query<{ provider: ProviderName; count: number }>(OVERDUE);
    const counts = new Map(found.map(({ provider, count }) => [provider, count]));
    for (const provider of names) overdue.set({ provider }, counts.get(provider) ?? 0);
    return 0;
  });
}
