import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openMetrics } from '@stampede/shared/telemetry';
import { eventually } from '@stampede/shared/testing';
import { watchMoney } from '../src/figures/watch-money.js';
import { PaymentStatus } from '../src/payment-status.js';
import { watchDecisions } from '../src/watchdog/watch-decisions.js';
import { partsWith } from './parts.fixture.js';
import { openPayments, type PaymentsUnderTest } from './payment-table.fixture.js';

let payments: PaymentsUnderTest;
beforeAll(async () => {
  payments = await openPayments();
});
afterAll(() => payments[Symbol.asyncDispose]());

const MINUTE_MS = 60_000;

test('counts decisions that are not made although their time is over, by provider', async () => {
  const late = { windowMs: -3 * MINUTE_MS };
  const placed = [
    await payments.place(PaymentStatus.APPROVING, { ...late, provider: 'TOSS_PAYMENTS' }),
    await payments.place(PaymentStatus.APPROVING, { ...late, provider: 'TOSS_PAYMENTS' }),
    await payments.place(PaymentStatus.APPROVING, { windowMs: -MINUTE_MS }),
    await payments.place(PaymentStatus.READY, late),
    await payments.place(PaymentStatus.DECLINED, late),
  ];
  await payments.database.run('UPDATE payment SET look_at = now() WHERE id = ANY($1)', [placed]);
  const metrics = openMetrics('payment');
  const watching = watchDecisions(partsWith(payments.database, {}), metrics);
  try {
    await eventually(async () => {
      const gauge = await metrics.registry.getSingleMetric('stampede_overdue_decisions')?.get();
      expect(gauge?.values.map(({ labels, value }) => [labels.provider, value])).toEqual([
        ['KAKAOPAY', 0],
        ['TOSS_PAYMENTS', 2],
      ]);
    });
  } finally {
    await watching.close();
  }
});

test('tells of the refund that has waited longest, however many wait', async () => {
  const id = await payments.place(PaymentStatus.REFUNDING);
  const ask = (count: number, age: string) =>
    payments.database.run(
      `INSERT INTO refund (key, payment_id, order_id, amount, reason, requested_at)
       SELECT gen_random_uuid(), $1, $1, 1, 'CANCELLED_BY_BUYER', now() - $2::interval FROM generate_series(1, $3)`,
      [id, age, count],
    );
  await ask(10_000, '1 second');
  await ask(1, '1 hour');
  const metrics = openMetrics('payment');
  const watching = watchMoney(partsWith(payments.database, {}), metrics);
  const read = async (name: string) =>
    (await metrics.registry.getSingleMetric(`stampede_${name}`)?.get())?.values[0]?.value;
  try {
    await eventually(async () => expect(await read('provider_refunds_waiting')).toBe(10_000));
    expect(await read('provider_refunds_oldest_seconds')).toBeGreaterThanOrEqual(3_600);
  } finally {
    await watching.close();
  }
});
