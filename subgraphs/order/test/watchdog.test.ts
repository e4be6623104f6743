import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Reminder } from '@stampede/shared/messaging';
import { OrderStatus } from '../src/order-status.js';
import { cancelOrder } from '../src/cancellation/cancel-order.js';
import { onStockReturned } from '../src/cancellation/on-stock-returned.js';
import { onStockCommitted } from '../src/payment-outcome/on-stock-committed.js';
import { onStockRejected } from '../src/payment-outcome/on-stock-rejected.js';
import { remindOfCancelled } from '../src/watchdog/remind-of-cancelled.js';
import { remindOfDecision } from '../src/watchdog/remind-of-decision.js';
import { remindOfPaid } from '../src/watchdog/remind-of-paid.js';
import { remindOfRefund } from '../src/watchdog/remind-of-refund.js';
import { openOrders, PAYMENT, TOTAL, type OrdersUnderTest } from './open-orders.js';

let orders: OrdersUnderTest;
beforeAll(async () => {
  orders = await openOrders();
});
// What one test has left standing must not be told again in the next.
afterEach(async () => {
  await orders.database.run(
    `UPDATE orders SET paid_at = NULL, deciding_since = NULL, returning_since = NULL`,
  );
  await orders.database.run(`UPDATE refund SET refunded_at = now()`);
});
afterAll(() => orders[Symbol.asyncDispose]());

const S = OrderStatus;
const remind = ({ remind: again }: Reminder) => orders.database.transaction('test', again);

interface Standing {
  reminder: Reminder;
  /** Seconds until it is told for the first time. */
  after: number;
  /** Makes something that stands for so many seconds. @returns the order's id */
  stands(seconds: number): Promise<string>;
  /** As if so many seconds had passed. */
  wait(seconds: number): Promise<unknown>;
  says(orderId: string): Promise<unknown>;
}

const ago = (seconds: number) => `now() - interval '${seconds} seconds'`;
const shift =
  (table: string, ...columns: string[]) =>
  (seconds: number) =>
    orders.database.run(
      `UPDATE ${table} SET ${columns.map((column) => `${column} = ${column} - interval '${seconds} seconds'`).join()}`,
    );

const paid: Standing = {
  reminder: remindOfPaid,
  after: 30,
  stands: async (seconds) => {
    const id = await orders.place(S.PAID, { paid_payment_id: PAYMENT });
    await orders.database.run(`UPDATE orders SET paid_at = ${ago(seconds)} WHERE id = $1`, [id]);
    return id;
  },
  wait: shift('orders', 'paid_at', 'reminded_at'),
  says: async (id) => [
    'order.paid',
    {
      orderId: id,
      buyerId: (await orders.stateOf(id)).order!.buyer_id,
      paymentId: PAYMENT,
      lines: orders.linesOf(id),
    },
  ],
};
const decided: Standing = {
  reminder: remindOfDecision,
  after: 60,
  stands: async (seconds) => {
    const mark = { deciding_payment_id: PAYMENT, deciding_attempt: 3 };
    const id = await orders.place(S.PENDING_PAYMENT, mark);
    await orders.database.run(`UPDATE orders SET deciding_since = ${ago(seconds)} WHERE id = $1`, [id]);
    return id;
  },
  wait: shift('orders', 'deciding_since', 'reminded_at'),
  says: (orderId) => Promise.resolve(['payment.overdue', { orderId, paymentId: PAYMENT, attempt: 3 }]),
};
const refunding: Standing = {
  reminder: remindOfRefund,
  after: 30,
  stands: async (seconds) => {
    const id = await orders.place(S.REFUNDING, { paid_payment_id: PAYMENT });
    await orders.askRefund(id, `order:${id}`);
    await orders.database.run(`UPDATE refund SET requested_at = ${ago(seconds)} WHERE order_id = $1`, [id]);
    return id;
  },
  wait: shift('refund', 'requested_at', 'reminded_at'),
  says: (orderId) =>
    Promise.resolve([
      'refund.requested',
      {
        orderId,
        paymentId: PAYMENT,
        amount: TOTAL,
        key: `order:${orderId}`,
        reason: 'test',
        shares: [{ sellerId: orders.seller, amount: TOTAL }],
      },
    ]),
};
const returning: Standing = {
  reminder: remindOfCancelled,
  after: 30,
  stands: async (seconds) => {
    const id = await orders.place(S.REFUNDING, { paid_payment_id: PAYMENT });
    await orders.database.run(`UPDATE orders SET returning_since = ${ago(seconds)} WHERE id = $1`, [id]);
    await orders.database.run(
      `INSERT INTO order_event (order_id, status, reason) VALUES ($1, 'REFUNDING', 'BUYER')`,
      [id],
    );
    return id;
  },
  wait: shift('orders', 'returning_since', 'reminded_at'),
  says: async (id) => [
    'order.cancelled',
    {
      orderId: id,
      buyerId: (await orders.stateOf(id)).order!.buyer_id,
      reason: 'BUYER',
      lines: orders.linesOf(id),
    },
  ],
};
const ALL: [string, Standing][] = [
  ['a paid order that catalog has not answered', paid],
  ['a mark that nobody has cleared', decided],
  ['a refund that is not back', refunding],
  ['a cancelled order whose units are not unsold', returning],
];

test.each(ALL)('%s is told again once it stands long enough, not before', async (_, standing) => {
  const young = await standing.stands(standing.after - 5);
  expect(await remind(standing.reminder)).toBe(0);
  const old = await standing.stands(standing.after + 5);
  const before = await orders.stateOf(old);
  expect(await remind(standing.reminder)).toBe(1);
  expect(await orders.stateOf(old)).toEqual({ ...before, said: [await standing.says(old)] });
  expect((await orders.stateOf(young)).said).toEqual([]);
});

test.each(ALL)('%s is told ever more seldom, each time under another message id', async (_, standing) => {
  const id = await standing.stands(standing.after);
  const told: number[] = [];
  // Looked at every 13 s, so that nothing is due at the very moment of a look.
  for (let seconds = standing.after; seconds < 1_900; seconds += 13) {
    if ((await remind(standing.reminder)) === 1) told.push(seconds);
    expect(await remind(standing.reminder)).toBe(0);
    await standing.wait(13);
  }
  expect(told).toEqual(
    standing.after === 30 ? [30, 69, 147, 303, 615, 1_226, 1_837] : [60, 125, 255, 515, 1_035, 1_646],
  );
  const ids = await orders.database.query(
    `SELECT DISTINCT message_id FROM outbox WHERE body->>'orderId' = $1`,
    [id],
  );
  expect(ids).toHaveLength(told.length);
});

test.each(ALL)('of replicas that look at the same time one tells of %s', async (_, standing) => {
  const ids = await Promise.all([40, 50, 60, 70].map((more) => standing.stands(standing.after + more)));
  const told = await Promise.all([1, 2, 3, 4].map(() => remind(standing.reminder)));
  expect(told.reduce((sum, count) => sum + count, 0)).toBe(4);
  for (const id of ids) expect((await orders.stateOf(id)).said).toEqual([await standing.says(id)]);
});

test('what is settled is told no more: a decided mark, an order that is no longer PAID, a refund that is back', async () => {
  for (const status of Object.values(S).filter((one) => one !== S.PAID)) {
    const id = await orders.place(status, { paid_payment_id: PAYMENT });
    await orders.database.run(
      `UPDATE orders SET paid_at = ${ago(100)}, deciding_since = ${ago(100)} WHERE id = $1`,
      [id],
    );
  }
  const back = await refunding.stands(100);
  await orders.database.run('UPDATE refund SET refunded_at = now() WHERE order_id = $1', [back]);
  for (const [, { reminder }] of ALL) expect(await remind(reminder)).toBe(0);
});

test('a new mark of an order that was asked about before has its own minute', async () => {
  const id = await decided.stands(70);
  expect(await remind(remindOfDecision)).toBe(1);
  await orders.database.run(
    `UPDATE orders SET reminded_at = ${ago(200)}, deciding_since = ${ago(61)} WHERE id = $1`,
    [id],
  );
  expect(await remind(remindOfDecision)).toBe(1);
});

test('an order whose cancelling is recorded is asked about like any other that is PAID', async () => {
  const wish = { paid_payment_id: PAYMENT, cancel_requested_at: new Date(), cancel_reason: 'BUYER' };
  const id = await orders.place(S.PAID, wish);
  await orders.database.run(`UPDATE orders SET paid_at = ${ago(31)} WHERE id = $1`, [id]);
  expect(await remind(remindOfPaid)).toBe(1);
  expect((await orders.stateOf(id)).said).toEqual([await paid.says(id)]);
});

const isAwaited = async (id: string) => {
  const [row] = await orders.database.query<{ awaited: boolean }>(
    'SELECT returning_since IS NOT NULL AS awaited FROM orders WHERE id = $1',
    [id],
  );
  return row?.awaited;
};

test('what catalog has sold of an order that ended is awaited until stock.returned', async () => {
  const wish = { paid_payment_id: PAYMENT, cancel_requested_at: new Date(), cancel_reason: 'BUYER' };
  const ended: Record<string, () => Promise<string>> = {
    confirmed: async () => {
      const id = await orders.place(S.CONFIRMED, { paid_payment_id: PAYMENT });
      expect(await cancelOrder(orders.database, id, 'BUYER')).toBe('done');
      return id;
    },
    wished: async () => {
      const id = await orders.place(S.PAID, wish);
      await orders.deliver(onStockCommitted, { orderId: id });
      return id;
    },
    expired: async () => {
      const id = await orders.place(S.EXPIRED);
      await orders.deliver(onStockCommitted, { orderId: id });
      return id;
    },
  };
  for (const end of Object.values(ended)) {
    const id = await end();
    expect(await isAwaited(id)).toBe(true);
    await returning.wait(31);
    expect(await remind(remindOfCancelled)).toBe(1);
    await orders.deliver(onStockReturned, { orderId: id, lines: orders.linesOf(id) });
    expect(await isAwaited(id)).toBe(false);
    await returning.wait(1_000);
    expect(await remind(remindOfCancelled)).toBe(0);
  }
});

test('of an order that catalog sold nothing of, nothing is awaited', async () => {
  const unpaid = await orders.place(S.PENDING_PAYMENT);
  expect(await cancelOrder(orders.database, unpaid, 'BUYER')).toBe('done');
  const rejected = await orders.place(S.PAID, { paid_payment_id: PAYMENT });
  await orders.deliver(onStockRejected, { orderId: rejected, reason: 'NO_UNITS_LEFT' });
  for (const id of [unpaid, rejected]) expect(await isAwaited(id)).toBe(false);
});
