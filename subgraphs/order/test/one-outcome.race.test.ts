import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { cancelOrder } from '../src/cancellation/cancel-order.js';
import { expireDue } from '../src/expiry/expire-orders.js';
import { OrderStatus } from '../src/order-status.js';
import { onPaymentApproved } from '../src/payment-outcome/on-payment-approved.js';
import { onPaymentDeclined } from '../src/payment-outcome/on-payment-declined.js';
import { onPaymentRefunded } from '../src/payment-outcome/on-payment-refunded.js';
import { onStockCommitted } from '../src/payment-outcome/on-stock-committed.js';
import { onStockRejected } from '../src/payment-outcome/on-stock-rejected.js';
import { orderRefundKey } from '../src/refund/request-refund.js';
import { openOrders, PAYMENT, TOTAL, type OrdersUnderTest } from './open-orders.js';

// What two replicas do to one order in the same instant, without what a whole shop puts between them.
const ROUNDS = 70;
const { PENDING_PAYMENT, PAID, CONFIRMED } = OrderStatus;

let orders: OrdersUnderTest;
beforeAll(async () => {
  orders = await openOrders();
});
afterAll(() => orders[Symbol.asyncDispose]());

/** @param spread over so long a time their holds end, from now on; unless it is given, in an hour */
async function placeMany(status: OrderStatus, spread?: string): Promise<string[]> {
  const paid = status === PENDING_PAYMENT ? null : PAYMENT;
  const ids: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    ids.push(await orders.place(status, { paid_payment_id: paid }));
  await orders.database.run(
    `UPDATE orders SET pay_by = now() + coalesce(random() * $2::interval, interval '1 hour')
     WHERE id = ANY($1) AND status = $3`,
    [ids, spread ?? null, PENDING_PAYMENT],
  );
  return ids;
}

/** Both at once, for all orders at once; every fourth of either has a start on the other of up to three round trips. */
async function race<A, B>(ids: string[], one: (id: string) => Promise<A>, other: (id: string) => Promise<B>) {
  const after = async <T>(roundTrips: number, work: () => Promise<T>): Promise<T> => {
    for (let trip = 0; trip < roundTrips; trip += 1) await orders.database.query('SELECT 1');
    return work();
  };
  return Promise.all(
    ids.map((id, index) => {
      const lead = (index % 7) - 3;
      return Promise.all([
        after(Math.max(0, lead), () => one(id)),
        after(Math.max(0, -lead), () => other(id)),
      ]);
    }),
  );
}

const cancel = (id: string) => cancelOrder(orders.database, id, 'BUYER');
const mark = (id: string) => orders.mark(id);
const committed = (orderId: string) => orders.deliver(onStockCommitted, { orderId });

/** How many of these orders ended in which way: status, mark, what was said and done, and the money that goes back. */
async function tally(ids: string[]): Promise<Record<string, number>> {
  const said = (event: string) =>
    `(SELECT count(*) FROM outbox WHERE routing_key = '${event}' AND body->>'orderId' = orders.id::text)`;
  const rows = await orders.database.query<{ outcome: string; count: number }>(
    `SELECT concat_ws(' ', status, CASE WHEN deciding_payment_id IS NOT NULL THEN 'marked' END,
         'confirmed', ${said('order.confirmed')}, 'cancelled', ${said('order.cancelled')},
         'ended', (SELECT count(*) FROM stock_effect WHERE order_id = orders.id AND kind = 'end'),
         'back', (SELECT coalesce(sum(amount), 0) FROM refund WHERE order_id = orders.id)) AS outcome, count(*)
     FROM orders WHERE id = ANY($1) GROUP BY outcome`,
    [ids],
  );
  return Object.fromEntries(rows.map(({ outcome, count }) => [outcome, count]));
}

const countOf = <T>(answers: T[], wanted: (answer: T) => boolean) => answers.filter(wanted).length;

/** Counts without those that are none. */
const counts = (wanted: Record<string, number>) =>
  Object.fromEntries(Object.entries(wanted).filter(([, count]) => count > 0));

test('a payment that begins and a buyer who cancels: one of the two, and the other is told', async () => {
  const ids = await placeMany(PENDING_PAYMENT);
  const answers = await race(ids, mark, cancel);
  for (const [marked, cancelled] of answers) expect(marked).toBe(cancelled !== 'done');
  const marked = countOf(answers, ([marked]) => marked);
  expect(await tally(ids)).toEqual(
    counts({
      'PENDING_PAYMENT marked confirmed 0 cancelled 0 ended 0 back 0': marked,
      'CANCELLED confirmed 0 cancelled 1 ended 2 back 0': ROUNDS - marked,
    }),
  );
});

test('a payment that begins as the hold ends: marked or EXPIRED, and the mark keeps its order until it is gone', async () => {
  const ids = await placeMany(PENDING_PAYMENT, '300 milliseconds');
  const expireAll = async () => {
    for (let left = ROUNDS; left > 0; left = await due()) await expireDue(orders.database);
  };
  const due = async () => {
    const [row] = await orders.database.query<{ count: number }>(
      `SELECT count(*) FROM orders WHERE id = ANY($1) AND status = 'PENDING_PAYMENT' AND deciding_payment_id IS NULL`,
      [ids],
    );
    return row?.count ?? 0;
  };
  const waves = async () => {
    // One after the other, so that the marks meet the holds' ends.
    const marked: boolean[] = [];
    for (const id of ids) marked.push(await mark(id));
    return marked;
  };
  const [marks] = await Promise.all([waves(), expireAll(), expireAll()]);
  const won = ids.filter((_, index) => marks[index]);
  const expired = 'EXPIRED confirmed 0 cancelled 0 ended 2 back 0';
  expect(await tally(won)).toEqual(
    counts({ 'PENDING_PAYMENT marked confirmed 0 cancelled 0 ended 0 back 0': won.length }),
  );
  expect(await tally(ids.filter((_, index) => !marks[index]))).toEqual(
    counts({ [expired]: ROUNDS - won.length }),
  );

  await orders.database.run('UPDATE orders SET pay_by = now() WHERE id = ANY($1)', [won]);
  expect(await expireDue(orders.database)).toBe(0);
  const declined = { paymentId: PAYMENT, attempt: 1, reason: 'INVALID' };
  const paid = won.filter((_, index) => index % 2 === 0);
  const refused = won.filter((_, index) => index % 2 === 1);
  const approval = {
    paymentId: PAYMENT,
    provider: 'KAKAOPAY',
    amount: TOTAL,
    approvedAt: new Date().toISOString(),
  };
  for (const orderId of paid) await orders.deliver(onPaymentApproved, { orderId, ...approval });
  for (const orderId of refused) await orders.deliver(onPaymentDeclined, { orderId, ...declined });
  expect(await expireDue(orders.database)).toBe(refused.length);
  expect(await tally(paid)).toEqual(counts({ 'PAID confirmed 0 cancelled 0 ended 0 back 0': paid.length }));
  expect(await tally(refused)).toEqual(counts({ [expired]: refused.length }));
});

test('stock.committed and a buyer who cancels: the whole money back once, and catalog told once', async () => {
  const ids = await placeMany(PAID);
  const answers = await race(ids, committed, cancel);
  expect(countOf(answers, ([, answer]) => answer === 'done')).toBe(ROUNDS);
  const found = await tally(ids);
  const [before, after] = [
    `CANCELLED confirmed 0 cancelled 1 ended 0 back ${TOTAL}`,
    `REFUNDING confirmed 1 cancelled 1 ended 0 back ${TOTAL}`,
  ];
  expect((found[before] ?? 0) + (found[after] ?? 0)).toBe(ROUNDS);
});

test('stock.rejected and a buyer who cancels: CANCELLED once, its units given back once', async () => {
  const ids = await placeMany(PAID);
  const rejected = (orderId: string) => orders.deliver(onStockRejected, { orderId, reason: 'NO_UNITS_LEFT' });
  const answers = await race(ids, rejected, cancel);
  expect(countOf(answers, ([, answer]) => answer === 'done')).toBe(ROUNDS);
  expect(await tally(ids)).toEqual({ [`CANCELLED confirmed 0 cancelled 1 ended 2 back ${TOTAL}`]: ROUNDS });
});

test.each([
  [PENDING_PAYMENT, 'CANCELLED confirmed 0 cancelled 1 ended 2 back 0'],
  [PAID, 'PAID confirmed 0 cancelled 0 ended 0 back 0'],
  [CONFIRMED, `REFUNDING confirmed 0 cancelled 1 ended 0 back ${TOTAL}`],
])('cancelling an order that is %s twice at once is cancelling it once', async (status, outcome) => {
  const ids = await placeMany(status);
  for (const answers of await race(ids, cancel, cancel)) expect(answers).toEqual(['done', 'done']);
  expect(await tally(ids)).toEqual({ [outcome]: ROUNDS });
});

test('cancelling once more while the refund comes back changes nothing', async () => {
  const ids = await placeMany(CONFIRMED);
  await Promise.all(ids.map(cancel));
  const refunded = (orderId: string) =>
    orders.deliver(onPaymentRefunded, {
      orderId,
      paymentId: PAYMENT,
      provider: 'KAKAOPAY',
      key: orderRefundKey(orderId),
      amount: TOTAL,
    });
  for (const [, answer] of await race(ids, refunded, cancel)) expect(answer).toBe('done');
  expect(await tally(ids)).toEqual({ [`REFUNDED confirmed 0 cancelled 1 ended 0 back ${TOTAL}`]: ROUNDS });
});

test('two payments that begin at once: one of them decides', async () => {
  const ids = await placeMany(PENDING_PAYMENT);
  const rival = randomUUID();
  const answers = await race(ids, mark, (id) => orders.mark(id, { paymentId: rival }));
  expect(countOf(answers, ([one, other]) => one !== other)).toBe(ROUNDS);
  expect(await tally(ids)).toEqual({
    'PENDING_PAYMENT marked confirmed 0 cancelled 0 ended 0 back 0': ROUNDS,
  });
});
