import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { OneByOne, type Handler } from '@stampede/shared/messaging';
import { randomUUID } from 'node:crypto';
import { OrderStatus } from '../src/order-status.js';
import { onPaymentApproved } from '../src/payment-outcome/on-payment-approved.js';
import { onStockCommitted } from '../src/payment-outcome/on-stock-committed.js';
import { openOrders, PAYMENT, TOTAL, type OrdersUnderTest } from './open-orders.js';

let orders: OrdersUnderTest;
beforeAll(async () => {
  orders = await openOrders();
});
afterAll(() => orders[Symbol.asyncDispose]());

const S = OrderStatus;

const approved = (orderId: string, amount = TOTAL) => ({
  orderId,
  paymentId: PAYMENT,
  provider: 'KAKAOPAY',
  amount,
  approvedAt: new Date().toISOString(),
});
const committed = (orderId: string) => ({ orderId });

/** As the consumer does with several messages that wait at the same time. */
const deliverAll = (handler: Handler, bodies: object[]) =>
  orders.database.transaction('test', (tx) =>
    handler.handleAll!(
      tx,
      bodies.map((body, index) => ({
        body: handler.type.schema.parse(body),
        meta: { messageId: randomUUID(), requestId: `request-${index}`, attempts: 0 },
      })),
    ),
  );

/** What became of an order, but for what tells it from another. */
async function outcomeOf(id: string) {
  const { order, said, ...rest } = await orders.stateOf(id);
  const { id: _, buyer_id: buyer, pay_by: __, ...columns } = order!;
  const [row] = await orders.database.query(
    `SELECT paid_at IS NOT NULL AS paid, delivery_since IS NOT NULL AS waits FROM orders WHERE id = $1`,
    [id],
  );
  const text = JSON.stringify(said).replaceAll(id, 'ORDER').replaceAll(buyer, 'BUYER');
  return { ...rest, columns, row, said: text.replaceAll(/"serial":\d+/g, '"serial":0') };
}

test.each([
  [
    'payment.approved',
    onPaymentApproved,
    approved,
    S.PENDING_PAYMENT,
    { deciding_payment_id: PAYMENT },
    S.PAID,
  ],
  ['stock.committed', onStockCommitted, committed, S.PAID, { paid_payment_id: PAYMENT }, S.CONFIRMED],
] as const)(
  '%s of several orders does to each what it does to one, and passes its request’s id on',
  async (_, handler, message, from, columns, to) => {
    const alone = await orders.place(from, columns);
    await orders.deliver(handler, message(alone));
    const together = await Promise.all([1, 2, 3].map(() => orders.place(from, columns)));
    await deliverAll(
      handler,
      together.map((id) => message(id)),
    );
    const expected = await outcomeOf(alone);
    expect(expected.columns.status).toBe(to);
    for (const id of together) expect(await outcomeOf(id)).toEqual(expected);
    const told = await orders.database.query<{ id: string; request: string }>(
      `SELECT body->>'orderId' AS id, request_id AS request FROM outbox WHERE body->>'orderId' = ANY($1) ORDER BY 2`,
      [together],
    );
    expect(told).toEqual(together.map((id, index) => ({ id, request: `request-${index}` })));
  },
);

const other = randomUUID();
test.each([
  [
    'payment.approved of an order that is PAID',
    onPaymentApproved,
    S.PAID,
    { paid_payment_id: PAYMENT },
    approved,
  ],
  ['payment.approved of an order that has EXPIRED', onPaymentApproved, S.EXPIRED, {}, approved],
  [
    'payment.approved of another amount',
    onPaymentApproved,
    S.PENDING_PAYMENT,
    {},
    (id: string) => approved(id, TOTAL - 1),
  ],
  ['payment.approved of no order', onPaymentApproved, S.PENDING_PAYMENT, {}, () => approved(other)],
  [
    'stock.committed of an order that is CONFIRMED',
    onStockCommitted,
    S.CONFIRMED,
    { paid_payment_id: PAYMENT },
    committed,
  ],
  [
    'stock.committed of an order whose cancelling is recorded',
    onStockCommitted,
    S.PAID,
    { paid_payment_id: PAYMENT, cancel_requested_at: new Date() },
    committed,
  ],
  ['stock.committed of an order that was CANCELLED', onStockCommitted, S.CANCELLED, {}, committed],
  ['stock.committed of no order', onStockCommitted, S.PAID, {}, () => committed(other)],
] as const)(
  '%s leaves those beside it as they were: each by itself',
  async (_, handler, status, columns, message) => {
    const ordinary =
      handler === onPaymentApproved
        ? await orders.place(S.PENDING_PAYMENT)
        : await orders.place(S.PAID, { paid_payment_id: PAYMENT });
    const special = await orders.place(status, columns);
    const before = [await orders.stateOf(ordinary), await orders.stateOf(special)];
    const ordinaryMessage = handler === onPaymentApproved ? approved(ordinary) : committed(ordinary);
    await expect(deliverAll(handler, [ordinaryMessage, message(special)])).rejects.toBeInstanceOf(OneByOne);
    await expect(deliverAll(handler, [ordinaryMessage, ordinaryMessage])).rejects.toBeInstanceOf(OneByOne);
    expect([await orders.stateOf(ordinary), await orders.stateOf(special)]).toEqual(before);
  },
);
