import { workOff, type Repetition } from '@stampede/shared/background';
import type { Database } from '@stampede/shared/database';
import type { Log, Metrics } from '@stampede/shared/telemetry';

const EVERY_MS = 5_000;

interface Standing {
  expiryLag: number;
  marks: number;
  oldestPaid: number;
  refunds: number;
  oldestRefund: number;
}

const ageOf = (time: string) => `coalesce(extract(epoch FROM now() - min(${time})), 0)::float8`;

/** Each from a partial index that holds only what stands, and counted no further than a person would want to know. */
const STANDING = `
  SELECT
    (SELECT greatest(0, ${ageOf('pay_by')}) FROM orders
     WHERE status = 'PENDING_PAYMENT' AND deciding_payment_id IS NULL AND pay_by <= now()) AS "expiryLag",
    (SELECT count(*) FROM (SELECT FROM orders WHERE deciding_payment_id IS NOT NULL
       AND deciding_since < now() - interval '60 seconds' LIMIT 10000) AS marked) AS marks,
    (SELECT ${ageOf('paid_at')} FROM orders WHERE status = 'PAID') AS "oldestPaid",
    (SELECT count(*) FROM (SELECT FROM refund WHERE refunded_at IS NULL LIMIT 10000) AS asked) AS refunds,
    (SELECT ${ageOf('requested_at')} FROM refund WHERE refunded_at IS NULL) AS "oldestRefund"`;

/** Measures what should have gone on by itself. Every replica reports all of it: take the maximum. */
export function watchStanding(parts: { database: Database; log: Log; metrics: Metrics }): Repetition {
  const { database, log, metrics } = parts;
  const expiryLag = metrics.gauge(
    'expiry_lag_seconds',
    'How long ago the oldest unpaid order should have expired; 0 without any.',
  );
  const marks = metrics.gauge(
    'decision_marks_stale',
    'Orders that a payment has been deciding for longer than 60 s: they neither expire nor can be cancelled.',
  );
  const oldestPaid = metrics.gauge(
    'unconfirmed_oldest_seconds',
    'How long the oldest paid order has waited for its stock; 0 without any.',
  );
  const refunds = metrics.gauge('refunds_waiting', 'Refunds that order has asked for and that are not back.');
  const oldestRefund = metrics.gauge(
    'refunds_oldest_seconds',
    'How long the oldest of them has been asked for; 0 without any.',
  );
  return workOff({ name: 'the look at what stands still', pauseMs: EVERY_MS, log }, async () => {
    const [found] = await database.query<Standing>(STANDING);
    if (!found) return 0;
    expiryLag.set(found.expiryLag);
    marks.set(found.marks);
    oldestPaid.set(found.oldestPaid);
    refunds.set(found.refunds);
    oldestRefund.set(found.oldestRefund);
    return 0;
  });
}
