import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openTestDatabase, type TestDatabase } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { approvePayment } from '../src/approve-payment/approve-payment.js';
import { findPayment, type PaymentRow } from '../src/payment-row.js';
import type { Provider } from '../src/provider/index.js';
import { partsWith } from './parts.fixture.js';

let opened: TestDatabase;
beforeAll(async () => {
  opened = await openTestDatabase('payment', fileURLToPath(new URL('../migrations', import.meta.url)));
});
afterAll(() => opened[Symbol.asyncDispose]());

/** A provider that takes the money, and says so only after somebody else has ended the payment. */
function slowProvider(endedAs: string): Pick<Provider, 'approve'> {
  return {
    approve: async ({ id, provider_id }) => {
      await opened.database.run('UPDATE payment SET status = $2, look_at = NULL WHERE id = $1', [
        id,
        endedAs,
      ]);
      return { kind: 'approved', approvedAt: new Date(), providerId: String(provider_id) };
    },
  };
}

async function readyPayment(): Promise<PaymentRow> {
  const [id, orderId, buyerId] = [randomUUID(), randomUUID(), randomUUID()];
  await opened.database.run(
    `INSERT INTO payment (id, order_id, buyer_id, provider, status, amount, provider_id, redirect_url, window_ends_at)
     VALUES ($1, $2, $3, 'KAKAOPAY', 'READY', 5000, $4, 'http://localhost/', now() + interval '15 minutes')`,
    [id, orderId, buyerId, `T${id}`],
  );
  return (await findPayment(opened.database, id)) as PaymentRow;
}

test.each(['DECLINED', 'CANCELLED', 'READY'])(
  'money taken for a payment that is %s by then goes back',
  async (endedAs) => {
    const payment = await readyPayment();
    const decision = await approvePayment(
      partsWith(opened.database, slowProvider(endedAs)),
      payment,
      'token',
      randomUUID(),
    );
    expect(decision).toMatchObject({ kind: 'approved', payment: { id: payment.id, status: 'REFUNDING' } });
    const refunds = await opened.database.query(
      'SELECT key, amount, reason FROM refund WHERE payment_id = $1',
      [payment.id],
    );
    expect(refunds).toEqual([{ key: `late:${payment.id}`, amount: 5_000, reason: 'APPROVED_AFTER_DECLINE' }]);
    const told = await opened.database.query(`SELECT 1 FROM outbox WHERE body->>'paymentId' = $1`, [
      payment.id,
    ]);
    expect(told).toEqual([]);
  },
);
