import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Transaction } from '@stampede/shared/database';
import type { OrderPaid } from '@stampede/shared/messages';
import { eventually } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { approvePayment } from '../src/approve-payment/approve-payment.js';
import { onOrderPaid } from '../src/order-paid/on-order-paid.js';
import { PaymentStatus } from '../src/payment-status.js';
import { partsWith } from './parts.fixture.js';
import { openPayments, type PaymentsUnderTest } from './payment-table.fixture.js';

const { APPROVED, READY } = PaymentStatus;

let payments: PaymentsUnderTest;
beforeAll(async () => {
  payments = await openPayments();
});
afterAll(() => payments[Symbol.asyncDispose]());

const paid = (orderId: string, paymentId = orderId): OrderPaid => ({
  orderId,
  paymentId,
  buyerId: randomUUID(),
  lines: [],
});
const meta = () => ({ messageId: randomUUID(), attempts: 0 });
const handleAll = (tx: Transaction, bodies: OrderPaid[]) =>
  onOrderPaid.handleAll!(
    tx,
    bodies.map((body) => ({ body, meta: meta() })),
  );

/** Until so many statements wait for locks of others. */
const waiting = (count: number) =>
  eventually(async () => {
    const waits = await payments.database.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    expect(waits).toHaveLength(count);
  });

/** As `tx`, and `then` is awaited after its first statement. */
function afterFirst(tx: Transaction, then: () => Promise<void>): Transaction {
  let first: Promise<void> | undefined;
  const after = async <T>(result: Promise<T>): Promise<T> => {
    const value = await result;
    await (first ??= then());
    return value;
  };
  return {
    ...tx,
    query: (text, values) => after(tx.query(text, values)) as never,
    run: (text, values) => after(tx.run(text, values)),
  };
}

test.each<[string, (tx: Transaction, body: OrderPaid) => Promise<void>]>([
  ['by itself', (tx, body) => onOrderPaid.handle(tx, body, meta())],
  ['with others', (tx, body) => handleAll(tx, [body])],
])('order.paid, handled %s, and the approval of another payment both end', async (_, handle) => {
  const orderId = randomUUID();
  const first = await payments.place(APPROVED, { orderId });
  const second = await payments.place(READY, { orderId, provider: 'TOSS_PAYMENTS', windowMs: 60_000 });
  const row = await payments.row(second);
  let approval: ReturnType<typeof approvePayment> | undefined;
  await payments.database.transaction('test', (tx) =>
    handle(
      afterFirst(tx, () => {
        approval = approvePayment(partsWith(payments.database, {}), row, 'token', 'test');
        return waiting(1);
      }),
      paid(orderId, first),
    ),
  );
  expect(await approval).toMatchObject({ kind: 'not-payable', payment: { status: 'CANCELLED' } });
  expect(await payments.stateOf(first)).toMatchObject({ payment: { status: APPROVED, paid: true } });
});

/** So many that PostgreSQL looks up each payment of a batch by itself, in whichever order it is given. */
const manyPayments = async () => {
  await payments.database.run(
    `INSERT INTO payment (id, order_id, buyer_id, provider, status, amount, redirect_url, window_ends_at)
     SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'KAKAOPAY', 'CANCELLED', 1, '', now()
     FROM generate_series(1, 5000)`,
  );
  await payments.database.run('ANALYZE payment');
};

test('of two batches with the same orders in opposite orders one waits for the other', async () => {
  await manyPayments();
  const [one, held, other] = [
    await payments.place(APPROVED),
    await payments.place(APPROVED),
    await payments.place(APPROVED),
  ];
  // Whoever holds the one in the middle lets go when each batch has come as far as it gets.
  const batches = await payments.database.transaction('test', async (tx) => {
    await tx.run('SELECT FROM payment WHERE id = $1 FOR UPDATE', [held]);
    const both = [
      [one, held, other],
      [other, held, one],
    ].map((ids) =>
      payments.database.transaction('test', (batch) =>
        handleAll(
          batch,
          ids.map((id) => paid(id)),
        ),
      ),
    );
    const settled = Promise.allSettled(both);
    await waiting(2);
    return { settled };
  });
  expect((await batches.settled).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
});
