import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { OrderStatus } from '../src/order-status.js';
import { openOrders, TOTAL, type OrdersUnderTest } from './open-orders.js';

let orders: OrdersUnderTest;
beforeAll(async () => {
  orders = await openOrders();
});
afterAll(() => orders[Symbol.asyncDispose]());

async function payable(): Promise<string> {
  const id = await orders.place(OrderStatus.PENDING_PAYMENT);
  await orders.database.run(`UPDATE orders SET pay_by = now() + interval '1 hour' WHERE id = $1`, [id]);
  return id;
}

test.each([0, 1, TOTAL - 1, TOTAL + 1, 2 * TOTAL])(
  'a payment of %s won, which is not the total, is not sent to its provider',
  async (amount) => {
    const id = await payable();
    const before = await orders.stateOf(id);
    expect(await orders.mark(id, { amount })).toBe(false);
    expect(await orders.stateOf(id)).toEqual(before);
  },
);

test('a mark is renewed for the total only', async () => {
  const id = await payable();
  expect(await orders.mark(id)).toBe(true);
  expect(await orders.mark(id, { attempt: 2, amount: TOTAL - 1 })).toBe(false);
  expect(await orders.mark(id, { attempt: 2 })).toBe(true);
});
