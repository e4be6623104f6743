import { workOff, type Repetition } from '@stampede/shared/background';
import type { Metrics } from '@stampede/shared/telemetry';
import type { PaymentParts } from '../payment-parts.js';

const EVERY_MS = 5_000;

interface Waiting {
  unheard: number;
  oldestUnheard: number;
  refunds: number;
  oldestRefund: number;
}

const ageOf = (time: string) => `coalesce(extract(epoch FROM now() - min(${time})), 0)::float8`;

/** Both from partial indexes that hold only what waits, the oldest of it: by its age somebody is woken. */
const WAITING = `
  SELECT unheard.*, refunds.* FROM (
    SELECT count(*) AS unheard, ${ageOf('updated_at')} AS "oldestUnheard" FROM (
      SELECT updated_at FROM payment WHERE status = 'APPROVED' AND order_paid_at IS NULL
      ORDER BY updated_at LIMIT 10000) AS approved) AS unheard, (
    SELECT count(*) AS refunds, ${ageOf('requested_at')} AS "oldestRefund" FROM (
      SELECT requested_at FROM refund WHERE refunded_at IS NULL
      ORDER BY requested_at LIMIT 10000) AS asked) AS refunds`;

/**
 * Measures money that is neither an order's nor back with its buyer: the first for a minute at most, says the third of
 * the guarantees. Every replica reports all: take the maximum.
 */
export function watchMoney(
  { database, log }: Pick<PaymentParts, 'database' | 'log'>,
  metrics: Metrics,
): Repetition {
  const unheard = metrics.gauge(
    'approvals_unheard',
    'Payments that the provider has approved while order has not said that it is paid.',
  );
  const oldestUnheard = metrics.gauge(
    'approvals_unheard_oldest_seconds',
    'How long ago the oldest of them was approved; 0 without any.',
  );
  const refunds = metrics.gauge('provider_refunds_waiting', 'Refunds that the provider has not done.');
  const oldestRefund = metrics.gauge(
    'provider_refunds_oldest_seconds',
    'How long the oldest of them has waited; 0 without any.',
  );
  return workOff({ name: 'the look at money under way', pauseMs: EVERY_MS, log }, async () => {
    const [found] = await database.query<Waiting>(WAITING);
    if (!found) return 0;
    unheard.set(found.unheard);
    oldestUnheard.set(found.oldestUnheard);
    refunds.set(found.refunds);
    oldestRefund.set(found.oldestRefund);
    return 0;
  });
}
