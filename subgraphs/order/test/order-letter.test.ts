import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Identity } from '@stampede/shared/identity';
import type { SubgraphContext } from '@stampede/shared/subgraph';
import { randomUUID } from 'node:crypto';
import { OrderLetterResolver } from '../src/letters/order-letter.resolver.js';
import { OrderStatus } from '../src/order-status.js';
import { openOrders, PAYMENT, TOTAL, type OrdersUnderTest } from './open-orders.js';

let orders: OrdersUnderTest;
beforeAll(async () => {
  orders = await openOrders();
});
afterAll(() => orders[Symbol.asyncDispose]());

const read = (id: string, identity: Identity = { kind: 'service', service: 'user' }) =>
  new OrderLetterResolver(orders.database).orderLetter({ identity } as SubgraphContext, id);
const timeline = (id: string, status: OrderStatus, reason: string | null) =>
  orders.database.run('INSERT INTO order_event (order_id, status, reason) VALUES ($1, $2, $3)', [
    id,
    status,
    reason,
  ]);

test('tells what an unpaid order is, and nothing that has not happened', async () => {
  const id = await orders.place(OrderStatus.PENDING_PAYMENT);
  await timeline(id, OrderStatus.PENDING_PAYMENT, null);
  const [row] = await orders.database.query('SELECT buyer_id, pay_by FROM orders WHERE id = $1', [id]);
  const line = { name: 'Test sneaker', usedOn: null, timeZone: 'Asia/Seoul' };
  expect(await read(id)).toEqual({
    buyerId: row?.buyer_id,
    number: expect.stringMatching(/^0100-00..$/),
    status: 'PENDING_PAYMENT',
    total: TOTAL,
    paid: false,
    payBy: row?.pay_by,
    lines: [
      { ...line, quantity: 2, subtotal: 2_000 },
      { ...line, quantity: 1, subtotal: 1_000 },
    ],
    cancelledFor: null,
    refunds: [],
    delivery: null,
  });
});

test('tells a ticket’s day, in its time zone, and where a parcel is', async () => {
  const id = await orders.place(OrderStatus.SHIPPED, { paid_payment_id: PAYMENT });
  const [product] = orders.products;
  const ticket = { usedOn: '2030-05-01T15:00:00.000Z', tiers: [], timeZone: 'America/New_York' };
  await orders.database.run(
    'UPDATE order_line SET refund_policy = $3 WHERE order_id = $1 AND product_id = $2',
    [id, product, JSON.stringify(ticket)],
  );
  await orders.database.run('INSERT INTO delivery (order_id, carrier, tracking_number) VALUES ($1, $2, $3)', [
    id,
    'CJ',
    '6072-1',
  ]);
  expect(await read(id)).toMatchObject({
    paid: true,
    lines: [
      { usedOn: ticket.usedOn, timeZone: 'America/New_York' },
      { usedOn: null, timeZone: 'Asia/Seoul' },
    ],
    delivery: { carrier: 'CJ', trackingNumber: '6072-1', revision: 1 },
  });
});

test('tells refunds of the order’s payment from those beside it, and of a cancelling the code alone', async () => {
  const id = await orders.place(OrderStatus.REFUNDED, { paid_payment_id: PAYMENT });
  await orders.askRefund(id, 'order:1');
  await orders.database.run(
    `INSERT INTO refund (key, order_id, payment_id, amount, reason, refunded_at) VALUES ($1, $2, $3, 500, '', now())`,
    ['unawaited:2', id, randomUUID()],
  );
  await timeline(id, OrderStatus.REFUNDING, 'aunt Hortensia has bought one');
  await timeline(id, OrderStatus.REFUNDED, 'BUYER');
  expect(await read(id)).toMatchObject({
    refunds: [
      { key: 'order:1', amount: TOTAL, ofOrder: true, done: false },
      { key: 'unawaited:2', amount: 500, ofOrder: false, done: true },
    ],
    cancelledFor: 'STATED',
  });

  const byOperator = await orders.place(OrderStatus.CANCELLED);
  await timeline(byOperator, OrderStatus.CANCELLED, 'OPERATOR');
  expect(await read(byOperator)).toMatchObject({ cancelledFor: 'OPERATOR' });
});

test.each(['none', randomUUID()])('gives null of an order that is not there: %s', async (id) => {
  expect(await read(id)).toBeNull();
});

test('answers the user service alone', async () => {
  const id = await orders.place(OrderStatus.PAID);
  const person = { kind: 'user', userId: randomUUID(), sessionId: randomUUID(), role: 'OPERATOR' } as const;
  for (const identity of [{ kind: 'service', service: 'payment' }, { kind: 'anonymous' }, person] as const) {
    const refused = () => read(id, identity);
    expect(refused).toThrow(expect.objectContaining({ extensions: { code: 'FORBIDDEN' } }));
  }
});
