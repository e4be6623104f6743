import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { STATUS_CHANGES } from '@stampede/shared/testing';
import { openOrderReader } from '../src/history/order-reader.js';
import { changeStatus, changeStatuses, OrderStatus, recordEvent } from '../src/order-status.js';
import { openOrders, type OrdersUnderTest } from './open-orders.js';

const { PENDING_PAYMENT, PAID, CONFIRMED, EXPIRED } = OrderStatus;

let orders: OrdersUnderTest;
beforeAll(async () => {
  orders = await openOrders();
});
afterAll(() => orders[Symbol.asyncDispose]());

const ALL = Object.values(OrderStatus);

test('an order changes from one status to another just where the invariants say that it may', async () => {
  const changed: string[] = [];
  for (const from of ALL) {
    for (const to of ALL) {
      const id = await orders.place(from);
      const change = orders.database.transaction('test', (tx) => changeStatus(tx, id, from, to));
      const wentOn = await change.then(
        () => true,
        () => false,
      );
      if (wentOn) changed.push(`${from} to ${to}`);
      const { order, timeline } = await orders.stateOf(id);
      expect([order?.status, timeline]).toEqual(wentOn ? [to, [to]] : [from, []]);
    }
  }
  const allowed = STATUS_CHANGES.filter(([from]) => from !== null).map(([from, to]) => `${from} to ${to}`);
  expect(changed.toSorted()).toEqual(allowed.toSorted());
});

test('a change from a status in which the order is not, or of no order, changes nothing and throws', async () => {
  const id = await orders.place(OrderStatus.CANCELLED);
  const pay = (orderId: string) =>
    orders.database.transaction('test', (tx) =>
      changeStatus(tx, orderId, OrderStatus.PENDING_PAYMENT, OrderStatus.PAID),
    );
  await expect(pay(id)).rejects.toThrow(`0 of 1 orders, ${id} first, are PENDING_PAYMENT`);
  await expect(pay(orders.seller)).rejects.toThrow('are PENDING_PAYMENT');
  const { order, timeline } = await orders.stateOf(id);
  expect([order?.status, timeline]).toEqual([OrderStatus.CANCELLED, []]);
});

const seen = async (id: string) => {
  const { order, timeline } = await orders.stateOf(id);
  return [order?.status, ...timeline];
};

test('of many orders all change, or none when one is no longer what it was', async () => {
  const [one, two, paid] = [
    await orders.place(PENDING_PAYMENT),
    await orders.place(PENDING_PAYMENT),
    await orders.place(PAID),
  ];
  const expires = (...ids: string[]) =>
    orders.database.transaction('test', (tx) => changeStatuses(tx, ids, PENDING_PAYMENT, EXPIRED, 'WHY'));
  await expect(expires(one, two, paid)).rejects.toThrow(`2 of 3 orders, ${one} first, are PENDING_PAYMENT`);
  expect(await Promise.all([one, two, paid].map(seen))).toEqual([
    [PENDING_PAYMENT],
    [PENDING_PAYMENT],
    [PAID],
  ]);
  await expires(one, two);
  expect(await Promise.all([one, two].map(seen))).toEqual([
    [EXPIRED, EXPIRED],
    [EXPIRED, EXPIRED],
  ]);
  const reasons = await orders.database.query(
    'SELECT reason FROM order_event WHERE order_id = ANY($1) ORDER BY id',
    [[one, two]],
  );
  expect(reasons).toEqual([{ reason: 'WHY' }, { reason: 'WHY' }]);
});

test('an order that changes while it is looked at is told as it was, its timeline too', async () => {
  const id = await orders.place(PENDING_PAYMENT);
  const { database } = orders;
  await database.transaction('test', (tx) => recordEvent(tx, id, PENDING_PAYMENT));
  const reader = openOrderReader(database);
  const looks = () => reader.visible(id, { userId: orders.seller, role: 'OPERATOR' });
  const sees = async (order: Awaited<ReturnType<typeof looks>>) =>
    (await reader.events(order!)).map(({ status }) => status);

  const before = await looks();
  await database.transaction('test', (tx) => changeStatus(tx, id, PENDING_PAYMENT, PAID));
  const between = await looks();
  await database.transaction('test', (tx) => changeStatus(tx, id, PAID, CONFIRMED));
  expect(await Promise.all([before, between, await looks()].map(sees))).toEqual([
    [PENDING_PAYMENT],
    [PENDING_PAYMENT, PAID],
    [PENDING_PAYMENT, PAID, CONFIRMED],
  ]);
});
