import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Database } from '@stampede/shared/database';
import { eventually } from '@stampede/shared/testing';
import { cancelOrder } from '../src/cancellation/cancel-order.js';
import { readOverdue } from '../src/delivery/read-overdue.js';
import { shipOrder } from '../src/delivery/ship-order.js';
import { takeStep } from '../src/delivery/take-step.js';
import { OrderStatus } from '../src/order-status.js';
import { onStockCommitted } from '../src/payment-outcome/on-stock-committed.js';
import { confirmsMany, SCHEDULE, takesSteps, tally } from './deliveries.fixture.js';
import { openOrders, PAYMENT, type OrdersUnderTest } from './open-orders.js';

const { PAID, CONFIRMED, PREPARING, SHIPPED, REFUNDING } = OrderStatus;
const TICKET = JSON.stringify({ usedOn: '2030-01-01T00:00:00Z', tiers: [] });

let orders: OrdersUnderTest;
let database: Database;
beforeAll(async () => {
  orders = await openOrders();
  database = orders.database;
});
afterAll(() => orders[Symbol.asyncDispose]());
// What another test has left is not due in this one.
beforeEach(() => database.run('UPDATE orders SET delivery_since = NULL'));

const places = (status: OrderStatus) => orders.place(status, { paid_payment_id: PAYMENT });
/** Seconds that an order has waited for its next step; null when it waits for none. */
const waitedOf = async (id: string) => {
  const [row] = await database.query<{ waited: number | null }>(
    'SELECT extract(epoch FROM now() - delivery_since)::float8 AS waited FROM orders WHERE id = $1',
    [id],
  );
  return row?.waited ?? null;
};
const sinceOf = async (id: string) =>
  (await database.query<{ at: Date }>('SELECT delivery_since AS at FROM orders WHERE id = $1', [id]))[0]?.at;
const each = async (id: string) => {
  const { timeline, said } = await orders.stateOf(id);
  return { timeline, said: said.map(([name]) => name) };
};

test('the wait for a delivery begins when goods are confirmed, and never for tickets alone', async () => {
  const [goods, mixed, tickets] = [await places(PAID), await places(PAID), await places(PAID)];
  await database.run('UPDATE order_line SET refund_policy = $2 WHERE order_id = $1', [tickets, TICKET]);
  await database.run('UPDATE order_line SET refund_policy = $3 WHERE order_id = $1 AND product_id = $2', [
    mixed,
    orders.products[0],
    TICKET,
  ]);
  for (const orderId of [goods, mixed, tickets]) await orders.deliver(onStockCommitted, { orderId });
  const [confirmed] = await database.query<{ at: Date }>(
    'SELECT updated_at AS at FROM orders WHERE id = $1',
    [goods],
  );
  expect(await sinceOf(goods)).toEqual(confirmed?.at);
  expect(await sinceOf(mixed)).toBeInstanceOf(Date);
  expect(await sinceOf(tickets)).toBeNull();
  await database.run(`UPDATE orders SET delivery_since = delivery_since - interval '1 hour'`);
  await takesSteps(database);
  expect((await tally(database, [goods, mixed, tickets])).orders).toEqual({ CONFIRMED: 1, SHIPPED: 2 });
});

test('what is due takes its step, in batches, and everything else stays', async () => {
  const due = await confirmsMany(database, 1_050, 101);
  const early = await confirmsMany(database, 3, 98);
  const cancelled = await confirmsMany(database, 2, 500, REFUNDING);
  expect(await takesSteps(database)).toEqual([500, 500, 50]);
  expect(await tally(database, due)).toEqual({
    orders: { PREPARING: 1_050 },
    events: { PREPARING: 1_050 },
    parcels: {},
    said: {},
  });
  expect((await tally(database, early)).orders).toEqual({ CONFIRMED: 3 });
  expect((await tally(database, cancelled)).orders).toEqual({ REFUNDING: 2 });
});

test('after a stop each step is taken once, counted from when the one before was due, up to the shipping', async () => {
  const long = await confirmsMany(database, 4, 864_000);
  const short = await confirmsMany(database, 4, 150);
  const since = await sinceOf(short[0]!);
  await takesSteps(database);
  expect(await tally(database, long)).toEqual({
    orders: { SHIPPED: 4 },
    events: { PREPARING: 4, SHIPPED: 4 },
    parcels: { 'under way': 4 },
    said: { 'order.shipped': 4 },
  });
  expect((await tally(database, short)).orders).toEqual({ PREPARING: 4 });
  // A step of a hundred seconds has been due; the next is fifty seconds away.
  expect((await sinceOf(short[0]!))?.getTime()).toBe((since?.getTime() ?? 0) + 100_000);
  const [shipped] = await database.query<{ number: number; body: object; reason: string }>(
    `SELECT number, body, reason FROM orders JOIN outbox ON body->>'orderId' = orders.id::text
     JOIN order_event ON order_id = orders.id AND order_event.status = 'SHIPPED' WHERE orders.id = $1`,
    [long[0]],
  );
  expect(shipped?.reason).toBe('SCHEDULE');
  expect(shipped?.body).toEqual({ orderId: long[0], buyerId: expect.any(String), revision: 1 });
  const parcels = await database.query<{ carrier: string }>(
    'SELECT DISTINCT carrier, tracking_number FROM delivery WHERE order_id = ANY($1)',
    [long],
  );
  expect(parcels.map(({ carrier }) => carrier)).toEqual(long.map(() => 'Test Express'));
});

test('a parcel arrives so long after it was really handed over, however late that was', async () => {
  const ids = await confirmsMany(database, 3, 864_000, PREPARING);
  await takesSteps(database);
  const differing = await database.query(
    'SELECT FROM delivery JOIN orders ON id = order_id WHERE id = ANY($1) AND delivery_since <> shipped_at',
    [ids],
  );
  expect(differing).toEqual([]);
  expect(await takesSteps(database)).toEqual([]);
  await database.run(
    `UPDATE orders SET delivery_since = delivery_since - interval '101 s' WHERE id = ANY($1)`,
    [ids],
  );
  await takesSteps(database);
  expect(await tally(database, ids)).toEqual({
    orders: { DELIVERED: 3 },
    events: { DELIVERED: 3, SHIPPED: 3 },
    parcels: { arrived: 3 },
    said: { 'order.shipped': 3 },
  });
});

test('a step that is never taken keeps what follows it waiting', async () => {
  const ids = await confirmsMany(database, 2, 864_000);
  const steps = SCHEDULE.steps.filter(({ to }) => to !== SHIPPED);
  await takesSteps(database, { ...SCHEDULE, steps });
  expect((await tally(database, ids)).orders).toEqual({ PREPARING: 2 });
  expect(await readOverdue(database, steps)).toBe(0);
});

test('replicas side by side, without a lock, take each step once', async () => {
  const ids = await confirmsMany(database, 1_200, 1_000);
  const replicas = await Promise.all([takesSteps(database), takesSteps(database), takesSteps(database)]);
  const rest = await takesSteps(database);
  expect([...replicas.flat(), ...rest].reduce((sum, count) => sum + count, 0)).toBe(2_400);
  expect(await tally(database, ids)).toEqual({
    orders: { SHIPPED: 1_200 },
    events: { PREPARING: 1_200, SHIPPED: 1_200 },
    parcels: { 'under way': 1_200 },
    said: { 'order.shipped': 1_200 },
  });
});

test('a replica steps over what another has in hand, and what dies with it is taken by the next', async () => {
  const ids = await confirmsMany(database, 600, 250);
  const dies: Database = {
    ...database,
    transaction: (step, work) =>
      database.transaction('test', async (tx) => {
        const done = await work(tx);
        expect(await takeStep(database, SCHEDULE.steps[0]!, '')).toBe(100);
        throw Object.assign(new Error('it dies before it commits'), { done });
      }),
  };
  await expect(takeStep(dies, SCHEDULE.steps[0]!, '')).rejects.toMatchObject({ done: 500 });
  expect(await tally(database, ids)).toMatchObject({
    orders: { CONFIRMED: 500, PREPARING: 100 },
    events: { PREPARING: 100 },
  });
  await takesSteps(database);
  expect(await tally(database, ids)).toMatchObject({
    orders: { SHIPPED: 600 },
    events: { PREPARING: 600, SHIPPED: 600 },
    said: { 'order.shipped': 600 },
  });
});

test('says for how long the step is overdue that has waited longest', async () => {
  expect(await readOverdue(database, SCHEDULE.steps)).toBe(0);
  const [first] = (await confirmsMany(database, 1, 700)) as [string];
  await confirmsMany(database, 1, 400, PREPARING);
  const waited = (await waitedOf(first)) ?? 0;
  const overdue = await readOverdue(database, SCHEDULE.steps);
  expect(overdue).toBeGreaterThanOrEqual(waited - 100);
  expect(overdue).toBeLessThan(waited - 100 + 60);
  await takesSteps(database);
  expect(await readOverdue(database, SCHEDULE.steps)).toBe(0);
});

test('an order is shipped or given back, never both, when a schedule, a seller and its buyer race', async () => {
  const by = { userId: orders.seller, role: 'SELLER' } as const;
  const ships = async (id: string) => {
    try {
      await shipOrder(database, id, { carrier: 'Test Express', trackingNumber: `parcel of ${id}` }, by);
      return 1;
    } catch (error) {
      expect(error).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
      return 0;
    }
  };
  const cancels = (id: string) => cancelOrder(database, id, 'BUYER');
  /** Begins a little later, by the time that so many statements take: each round meets others in another moment. */
  const later = async (statements: number, act: () => Promise<number>) => {
    for (let one = 0; one < statements; one += 1) await database.query('SELECT 1');
    return act();
  };

  const ids: string[] = [];
  let gone = 0;
  const cancelled: Awaited<ReturnType<typeof cancels>>[] = [];
  for (let round = 0; round < 10; round += 1) {
    const bySeller = [await places(CONFIRMED), await places(PREPARING), await places(PREPARING)];
    const bySchedule = [await places(PREPARING), await places(PREPARING), await places(PREPARING)];
    ids.push(...bySeller, ...bySchedule);
    await database.run(`UPDATE orders SET delivery_since = now() - interval '150 s' WHERE id = ANY($1)`, [
      bySchedule,
    ]);
    const [counts, answers] = await Promise.all([
      Promise.all([
        ...bySeller.map((id, index) => later((round % 8) + index, () => ships(id))),
        later(round % 8, () => takeStep(database, SCHEDULE.steps[1]!, 'Test Express')),
        later((round % 8) + 1, () => takeStep(database, SCHEDULE.steps[1]!, 'Test Express')),
      ]),
      Promise.all([...bySeller, ...bySchedule].map(cancels)),
    ]);
    gone += counts.reduce((sum, count) => sum + count, 0);
    cancelled.push(...answers);
  }

  const back = cancelled.filter((answer) => answer === 'done').length;
  expect(gone + back).toBe(ids.length);
  // Whoever is told “it has been shipped” is right.
  expect(cancelled.filter((answer) => typeof answer === 'object')).toEqual(
    Array.from({ length: gone }, () => ({ refused: 'It has been shipped.' })),
  );
  const { orders: statuses, parcels, said } = await tally(database, ids);
  expect([statuses.SHIPPED ?? 0, statuses.REFUNDING ?? 0]).toEqual([gone, back]);
  expect([parcels['under way'] ?? 0, said['order.shipped'] ?? 0]).toEqual([gone, gone]);
  expect([said['refund.requested'] ?? 0, said['order.cancelled'] ?? 0]).toEqual([back, back]);
  const both = await database.query(
    'SELECT order_id FROM delivery JOIN refund USING (order_id) WHERE order_id = ANY($1)',
    [ids],
  );
  expect(both).toEqual([]);
});

test('of shipping and cancelling whichever comes first is what happens', async () => {
  const by = { userId: orders.seller, role: 'SELLER' } as const;
  const parcel = { carrier: 'Test Express', trackingNumber: '1' };
  const outcomeOf = (asked: Promise<unknown>) => asked.catch((error: Error) => error.message);
  /** Both wait for the order's row, the second behind the first. */
  const oneBehindTheOther = async (id: string, acts: (() => Promise<unknown>)[]) => {
    const outcomes: Promise<unknown>[] = [];
    await database.transaction('test', async (tx) => {
      await tx.query('SELECT 1 FROM orders WHERE id = $1 FOR UPDATE', [id]);
      for (const act of acts) {
        outcomes.push(outcomeOf(act()));
        await eventually(async () => {
          const waits = await database.query(
            `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
          );
          expect(waits).toHaveLength(outcomes.length);
        });
      }
    });
    return Promise.all(outcomes);
  };
  const [shipped, cancelled] = [await places(PREPARING), await places(PREPARING)];
  const ships = (id: string) => () => shipOrder(database, id, parcel, by);
  const cancels = (id: string) => () => cancelOrder(database, id, 'BUYER');
  expect(await oneBehindTheOther(shipped, [ships(shipped), cancels(shipped)])).toMatchObject([
    { status: SHIPPED },
    { refused: 'It has been shipped.' },
  ]);
  expect(await oneBehindTheOther(cancelled, [cancels(cancelled), ships(cancelled)])).toEqual([
    'done',
    'id: has ended.',
  ]);
});

test('an order whose cancelling is in hand is not shipped by schedule', async () => {
  const [id] = (await confirmsMany(database, 1, 150, PREPARING)) as [string];
  await database.transaction('test', async (tx) => {
    await tx.query('SELECT 1 FROM orders WHERE id = $1 FOR UPDATE', [id]);
    expect(await takeStep(database, SCHEDULE.steps[1]!, '')).toBe(0);
    await tx.run(`UPDATE orders SET status = 'REFUNDING' WHERE id = $1`, [id]);
  });
  expect(await takeStep(database, SCHEDULE.steps[1]!, '')).toBe(0);
  expect(await each(id)).toEqual({ timeline: [], said: [] });
});
