import { expect, test } from '@jest/globals';
import { openMessaging } from '@stampede/shared/messaging';
import { openLog, openMetrics } from '@stampede/shared/telemetry';
import { deleteTopology, eventually, openTestDatabase } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { approvePayment } from '../src/approve-payment/approve-payment.js';
import { bookingHandlers } from '../src/books/booking.js';
import type { Decision } from '../src/decision/decide.js';
import { auditDeposits } from '../src/journal/audit-deposits.js';
import { readTrialBalance } from '../src/journal/read-balances.js';
import type { PaymentRow } from '../src/payment-row.js';
import { partsWith } from './parts.fixture.js';

const ORDERS = 1_000;
const BUYERS_AT_ONCE = 100;
const url = process.env.AMQP_URL ?? '';
const namespace = `test-${randomUUID()}`;

test('1,000 orders are paid while nothing can be booked, and then all of it is, to the won', async () => {
  const migrations = fileURLToPath(new URL('../migrations', import.meta.url));
  await using store = await openTestDatabase('payment', migrations);
  const { database } = store;
  const messaging = await openMessaging({
    url,
    namespace,
    service: 'payment',
    database,
    handlers: bookingHandlers(500),
    concurrency: 4,
    log: openLog('payment', 'silent'),
    metrics: openMetrics('payment'),
  });
  try {
    const approvedAt = new Date();
    const provider = {
      approve: () => Promise.resolve({ kind: 'approved' as const, approvedAt, providerId: randomUUID() }),
    };
    const parts = partsWith(database, provider);
    // 10,001 won, 10,002 won, and so on: one that is missed or booked twice cannot be made up for by another.
    const ready = await database.query<PaymentRow>(
      `INSERT INTO payment (id, order_id, buyer_id, provider, status, amount, redirect_url, window_ends_at)
       SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'KAKAOPAY', 'READY', 10000 + number, '',
         now() + interval '1 hour' FROM generate_series(1, $1::int) number RETURNING *`,
      [ORDERS],
    );
    const total = ready.reduce((sum, { amount }) => sum + amount, 0);

    await database.transaction('test', async (tx) => {
      await tx.run('LOCK TABLE book_order IN ACCESS EXCLUSIVE MODE');
      const waiting = ready.values();
      const decisions: Decision[] = [];
      const buys = async () => {
        for (const payment of waiting) decisions.push(await approvePayment(parts, payment, 'token', 'test'));
      };
      await Promise.all(Array.from({ length: BUYERS_AT_ONCE }, buys));
      expect(decisions.filter(({ kind }) => kind === 'approved')).toHaveLength(ORDERS);
      expect(await auditDeposits(database)).toEqual({
        held: { amount: total, currency: 'KRW' },
        booked: 0,
        difference: total,
        capturesToBook: ORDERS,
        refundsToBook: 0,
        unexplained: 0,
      });
    });

    await eventually(async () => expect((await auditDeposits(database)).capturesToBook).toBe(0));
    expect(await auditDeposits(database)).toMatchObject({ booked: total, difference: 0, unexplained: 0 });
    expect(await readTrialBalance(database)).toMatchObject([
      { account: 'deposits', debit: { amount: 0 }, credit: { amount: total } },
      { account: 'receivable:KAKAOPAY', debit: { amount: total }, credit: { amount: 0 } },
    ]);
  } finally {
    await messaging.close();
    await deleteTopology({ url, namespace });
  }
}, 60_000);
