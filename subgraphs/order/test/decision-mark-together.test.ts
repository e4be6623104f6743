import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { markAllDeciding, type Deciding } from '../src/decision/decide.js';
import { OrderStatus } from '../src/order-status.js';
import { openOrders, PAYMENT, TOTAL, type OrdersUnderTest } from './open-orders.js';

let orders: OrdersUnderTest;
beforeAll(async () => {
  orders = await openOrders();
});
afterAll(() => orders[Symbol.asyncDispose]());

const OTHER = randomUUID();

async function payable(columns: Parameters<OrdersUnderTest['place']>[1] = {}): Promise<string> {
  const id = await orders.place(OrderStatus.PENDING_PAYMENT, columns);
  await orders.database.run(`UPDATE orders SET pay_by = now() + interval '1 hour' WHERE id = $1`, [id]);
  return id;
}

const markOf = (orderId: string, deciding: Partial<Deciding> = {}): Deciding => ({
  orderId,
  paymentId: PAYMENT,
  attempt: 1,
  amount: TOTAL,
  ...deciding,
});

const markedIn = (id: string) =>
  orders.database.query(
    `SELECT status, deciding_payment_id, deciding_attempt, deciding_since IS NOT NULL AS since FROM orders WHERE id = $1`,
    [id],
  );

/** An order as it may be met, and what payment says of it. */
const CASES: [what: string, order: () => Promise<string>, deciding?: Partial<Deciding>][] = [
  ['awaits its payment', () => payable()],
  ['is marked by the same payment', () => payable({ deciding_payment_id: PAYMENT })],
  [
    'is marked by the same payment, past its time',
    () => orders.place(OrderStatus.PENDING_PAYMENT, { deciding_payment_id: PAYMENT }),
  ],
  ['is marked by another payment', () => payable({ deciding_payment_id: OTHER })],
  ['is past its time', () => orders.place(OrderStatus.PENDING_PAYMENT)],
  ['has EXPIRED', () => orders.place(OrderStatus.EXPIRED)],
  ['is PAID', () => orders.place(OrderStatus.PAID, { paid_payment_id: PAYMENT })],
  ['owes another amount', () => payable(), { amount: TOTAL - 1 }],
  ['is paid in a later attempt', () => payable(), { attempt: 3 }],
  ['is not there', () => Promise.resolve(randomUUID())],
];

test('several marks are, each of them, what one is by itself', async () => {
  const alone = await Promise.all(CASES.map(([, order]) => order()));
  const together = await Promise.all(CASES.map(([, order]) => order()));
  const marks = (ids: string[]) => ids.map((id, index) => markOf(id, CASES[index]![2]));
  const answers = [];
  for (const { orderId, ...deciding } of marks(alone)) answers.push(await orders.mark(orderId, deciding));
  expect(answers).toEqual([true, true, true, false, false, false, false, false, true, false]);
  expect(await markAllDeciding(orders.database, marks(together))).toEqual(answers);
  for (const [index, id] of together.entries()) {
    expect([CASES[index]![0], await markedIn(id)]).toEqual([CASES[index]![0], await markedIn(alone[index]!)]);
  }
});

test('of two payments of one order that ask together, one is told yes', async () => {
  const [twice, once] = [await payable(), await payable()];
  const marks = [markOf(twice), markOf(once), markOf(twice, { paymentId: OTHER })];
  const [first, beside, second] = await markAllDeciding(orders.database, marks);
  expect(beside).toBe(true);
  expect([first, second].filter(Boolean)).toHaveLength(1);
  const [row] = await markedIn(twice);
  expect(row).toMatchObject({ deciding_payment_id: first ? PAYMENT : OTHER });
});

test('one payment that asks twice at the same time is told yes twice, and its later attempt stays', async () => {
  const id = await payable();
  const marks = [markOf(id, { attempt: 2 }), markOf(id, { attempt: 1 })];
  expect(await markAllDeciding(orders.database, marks)).toEqual([true, true]);
  expect(await markedIn(id)).toMatchObject([{ deciding_attempt: 2 }]);
});

test('an order that somebody else holds is waited for by its own mark alone', async () => {
  const [held, free] = [await payable(), await payable()];
  const asked = await orders.database.transaction('test', async (tx) => {
    await tx.run('SELECT FROM orders WHERE id = $1 FOR UPDATE', [held]);
    const answers = markAllDeciding(orders.database, [markOf(held), markOf(free)]);
    while (!(await isMarked(free))) await new Promise((resolve) => setImmediate(resolve));
    await tx.run(`UPDATE orders SET status = 'EXPIRED' WHERE id = $1`, [held]);
    return { answers };
  });
  expect(await asked.answers).toEqual([false, true]);
});

test('an order that somebody holds for long leaves its own mark open, and no other', async () => {
  const [held, free] = [await payable(), await payable()];
  await orders.database.transaction('test', async (tx) => {
    await tx.run('SELECT FROM orders WHERE id = $1 FOR UPDATE', [held]);
    expect(await markAllDeciding(orders.database, [markOf(held), markOf(free)])).toEqual([null, true]);
  });
});

async function isMarked(id: string): Promise<boolean> {
  const [row] = await orders.database.query<{ marked: boolean }>(
    'SELECT deciding_payment_id IS NOT NULL AS marked FROM orders WHERE id = $1',
    [id],
  );
  return row!.marked;
}
