import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Contradiction, type Handler } from '@stampede/shared/messaging';
import { randomUUID } from 'node:crypto';
import { cancelOrder } from '../src/cancellation/cancel-order.js';
import { OrderStatus } from '../src/order-status.js';
import { onPaymentApproved } from '../src/payment-outcome/on-payment-approved.js';
import { onPaymentDeclined } from '../src/payment-outcome/on-payment-declined.js';
import { onPaymentRefunded } from '../src/payment-outcome/on-payment-refunded.js';
import { onStockCommitted } from '../src/payment-outcome/on-stock-committed.js';
import { onStockRejected } from '../src/payment-outcome/on-stock-rejected.js';
import { openOrders, PAYMENT, TOTAL, type OrdersUnderTest } from './open-orders.js';

let orders: OrdersUnderTest;
beforeAll(async () => {
  orders = await openOrders();
});
afterAll(() => orders[Symbol.asyncDispose]());

const S = OrderStatus;
const ALL = Object.values(OrderStatus);
const except = (...some: OrderStatus[]) => ALL.filter((status) => !some.includes(status));
/** Those that a payment has paid for, and CANCELLED, which it may have. */
const PAID_FOR = except(S.PENDING_PAYMENT, S.EXPIRED);
const other = () => randomUUID();
const CLEARED = { deciding_payment_id: null, deciding_attempt: null, deciding_since: null };

const approved = (orderId: string, paymentId = PAYMENT, amount = TOTAL) => ({
  orderId,
  paymentId,
  provider: 'KAKAOPAY',
  amount,
  approvedAt: new Date().toISOString(),
});
const refundOf = (orderId: string, paymentId: string, amount: number, why: string) => ({
  key: `unawaited:${paymentId}`,
  order_id: orderId,
  payment_id: paymentId,
  amount,
  reason: `UNAWAITED: ${why}`,
  refunded_at: null,
});
const deliver = (handler: Handler, body: object) => orders.deliver(handler, body);

/** Delivers, and expects that nothing of the order is as it was not before. */
async function expectNoChange(orderId: string, handler: Handler, body: object): Promise<void> {
  const before = await orders.stateOf(orderId);
  await deliver(handler, body);
  expect(await orders.stateOf(orderId)).toEqual(before);
}
/** Delivers, and expects a dead letter at once that says this, with nothing changed. */
async function expectContradiction(orderId: string, handler: Handler, body: object, message: string) {
  const before = await orders.stateOf(orderId);
  await expect(deliver(handler, body)).rejects.toThrow(new Contradiction(message));
  await expect(deliver(handler, body)).rejects.toBeInstanceOf(Contradiction);
  expect(await orders.stateOf(orderId)).toEqual(before);
}

test('payment.approved of the whole total: PAID, told to catalog, its mark gone', async () => {
  for (const marked of [PAYMENT, null]) {
    const id = await orders.place(S.PENDING_PAYMENT, { deciding_payment_id: marked });
    await deliver(onPaymentApproved, approved(id));
    const { order, said, refunds, effects, timeline } = await orders.stateOf(id);
    expect(order).toMatchObject({ status: 'PAID', paid_payment_id: PAYMENT, ...CLEARED });
    expect(said).toEqual([
      [
        'order.paid',
        { orderId: id, buyerId: order!.buyer_id, paymentId: PAYMENT, lines: orders.linesOf(id) },
      ],
    ]);
    expect({ refunds, effects, timeline }).toEqual({ refunds: [], effects: [], timeline: ['PAID'] });
  }
});

test.each([TOTAL - 1, TOTAL + 1])(
  'payment.approved of another amount (%i): given back, and the order waits on',
  async (amount) => {
    const paymentId = other();
    const id = await orders.place(S.PENDING_PAYMENT, { deciding_payment_id: paymentId, deciding_attempt: 1 });
    await deliver(onPaymentApproved, approved(id, paymentId, amount));
    const { order, said, refunds, timeline } = await orders.stateOf(id);
    expect(order).toMatchObject({ status: 'PENDING_PAYMENT', paid_payment_id: null, ...CLEARED });
    expect(refunds).toEqual([refundOf(id, paymentId, amount, 'AMOUNT_DIFFERS')]);
    expect(said).toMatchObject([['refund.requested', { paymentId, amount }]]);
    expect(timeline).toEqual([]);
  },
);

test('payment.approved of another amount leaves the mark of another payment alone', async () => {
  const marked = other();
  const id = await orders.place(S.PENDING_PAYMENT, { deciding_payment_id: marked, deciding_attempt: 1 });
  await deliver(onPaymentApproved, approved(id, other(), TOTAL - 1));
  expect((await orders.stateOf(id)).order).toMatchObject({
    deciding_payment_id: marked,
    deciding_attempt: 1,
  });
});

test.each([S.PAID, S.CONFIRMED, S.PREPARING, S.SHIPPED, S.DELIVERED])(
  'payment.approved again, of the payment that paid an order now %s: payment is told so again',
  async (status) => {
    const paymentId = other();
    const id = await orders.place(status, { paid_payment_id: paymentId });
    const before = await orders.stateOf(id);
    await deliver(onPaymentApproved, approved(id, paymentId));
    const { buyer_id: buyerId } = before.order!;
    const told = ['order.paid', { orderId: id, buyerId, paymentId, lines: orders.linesOf(id) }];
    expect(await orders.stateOf(id)).toEqual({ ...before, said: [told] });
  },
);

test.each([S.CANCELLED, S.REFUNDING, S.REFUNDED])(
  'payment.approved again, of the payment that paid an order now %s: already so, its refund is asked for',
  async (status) => {
    const paymentId = other();
    const id = await orders.place(status, { paid_payment_id: paymentId });
    await expectNoChange(id, onPaymentApproved, approved(id, paymentId));
  },
);

test.each(except(S.PENDING_PAYMENT))(
  'payment.approved of another payment, of an order that is %s: given back, once',
  async (status) => {
    const id = await orders.place(status, { paid_payment_id: PAID_FOR.includes(status) ? PAYMENT : null });
    const before = await orders.stateOf(id);
    const paymentId = other();
    await deliver(onPaymentApproved, approved(id, paymentId));
    await deliver(onPaymentApproved, approved(id, paymentId));
    const after = await orders.stateOf(id);
    expect(after).toEqual({
      ...before,
      refunds: [refundOf(id, paymentId, TOTAL, status)],
      said: [['refund.requested', expect.objectContaining({ paymentId, orderId: id, amount: TOTAL })]],
    });
  },
);

test('payment.approved of no order: given back', async () => {
  const [id, paymentId] = [other(), other()];
  await deliver(onPaymentApproved, approved(id, paymentId));
  expect((await orders.stateOf(id)).refunds).toEqual([refundOf(id, paymentId, TOTAL, 'NO_SUCH_ORDER')]);
});

test.each([
  ['this attempt', 2, 2, true],
  ['an earlier attempt', 1, 2, true],
  ['a later attempt', 3, 2, false],
])('payment.declined of a mark of %s', async (_, marked, attempt, clears) => {
  const mark = { deciding_payment_id: PAYMENT, deciding_attempt: marked };
  const id = await orders.place(S.PENDING_PAYMENT, mark);
  const body = { orderId: id, paymentId: PAYMENT, attempt, reason: 'INVALID' };
  if (!clears) return expectNoChange(id, onPaymentDeclined, body);
  const before = await orders.stateOf(id);
  await deliver(onPaymentDeclined, body);
  expect(await orders.stateOf(id)).toEqual({ ...before, order: { ...before.order, ...CLEARED } });
});

test.each(ALL)('payment.declined of an order that is %s and not marked by it: already so', async (status) => {
  const declined = { paymentId: PAYMENT, attempt: 9, reason: 'INVALID' };
  const unmarked = await orders.place(status, {
    paid_payment_id: PAID_FOR.includes(status) ? PAYMENT : null,
  });
  await expectNoChange(unmarked, onPaymentDeclined, { ...declined, orderId: unmarked });
  const marked = await orders.place(status, { deciding_payment_id: other(), deciding_attempt: 1 });
  await expectNoChange(marked, onPaymentDeclined, { ...declined, orderId: marked });
});

test('payment.declined of no order: already so', async () => {
  const id = other();
  const body = { orderId: id, paymentId: PAYMENT, attempt: 1, reason: 'INVALID' };
  await expectNoChange(id, onPaymentDeclined, body);
});

const refunded = (orderId: string, key: string) => ({
  ...givenBack(orderId, key),
  provider: 'KAKAOPAY',
});
const givenBack = (orderId: string, key: string) => ({ orderId, paymentId: PAYMENT, key, amount: TOTAL });
const saysRefunded = ({ order }: Awaited<ReturnType<typeof orders.stateOf>>, key: string) => [
  'order.refunded',
  { ...givenBack(order!.id, key), buyerId: order!.buyer_id },
];

test.each(ALL)('payment.refunded of the payment of an order that is %s', async (status) => {
  const id = await orders.place(status, { paid_payment_id: PAYMENT });
  await orders.askRefund(id, `order:${id}`);
  const before = await orders.stateOf(id);
  await deliver(onPaymentRefunded, refunded(id, `order:${id}`));
  const after = await orders.stateOf(id);
  const ends = status === S.REFUNDING;
  expect(after).toEqual({
    ...before,
    order: { ...before.order, status: ends ? 'REFUNDED' : status },
    said: [saysRefunded(before, `order:${id}`)],
    refunds: [{ ...before.refunds[0], refunded_at: expect.any(Date) }],
    timeline: ends ? ['REFUNDED'] : [],
  });
  await expectNoChange(id, onPaymentRefunded, refunded(id, `order:${id}`));
});

test.each(ALL)('payment.refunded of an approval that nobody awaited, order %s: noted', async (status) => {
  const id = await orders.place(status, { paid_payment_id: PAYMENT });
  const key = `unawaited:${other()}`;
  await orders.askRefund(id, key);
  const before = await orders.stateOf(id);
  await deliver(onPaymentRefunded, refunded(id, key));
  const refunds = [{ ...before.refunds[0], refunded_at: expect.any(Date) }];
  const said = [saysRefunded(before, key)];
  expect(await orders.stateOf(id)).toEqual({ ...before, refunds, said });
  await expectNoChange(id, onPaymentRefunded, refunded(id, key));
});

test.each(['BUYER', 'changed my mind'])(
  'an order is REFUNDED for the reason of its cancelling: %s',
  async (reason) => {
    const id = await orders.place(S.CONFIRMED, { paid_payment_id: PAYMENT });
    expect(await cancelOrder(orders.database, id, reason)).toBe('done');
    await deliver(onPaymentRefunded, refunded(id, `order:${id}`));
    expect(await orders.reasonsOf(id)).toEqual([
      ['REFUNDING', reason],
      ['REFUNDED', reason],
    ]);
  },
);

test.each(ALL)('payment.refunded that was never asked for, order %s: already so', async (status) => {
  const id = await orders.place(status, { paid_payment_id: PAYMENT });
  await expectNoChange(id, onPaymentRefunded, refunded(id, `order:${id}`));
});

test('payment.refunded for no order notes the refund', async () => {
  const [id, paymentId] = [other(), other()];
  await deliver(onPaymentApproved, approved(id, paymentId));
  await deliver(onPaymentRefunded, refunded(id, `unawaited:${paymentId}`));
  const { refunds, said } = await orders.stateOf(id);
  expect(refunds).toMatchObject([{ refunded_at: expect.any(Date) }]);
  // Whose money it was, nobody here knows.
  expect(said.map(([event]) => event)).toEqual(['refund.requested']);
});

const paid = { paid_payment_id: PAYMENT };

test('stock.committed of a PAID order: CONFIRMED, with what each seller is owed', async () => {
  const id = await orders.place(S.PAID, paid);
  await deliver(onStockCommitted, { orderId: id });
  const { order, said, refunds, effects, timeline } = await orders.stateOf(id);
  expect(order?.status).toBe('CONFIRMED');
  expect(said).toEqual([
    [
      'order.confirmed',
      {
        orderId: id,
        buyerId: order!.buyer_id,
        paymentId: PAYMENT,
        total: TOTAL,
        lines: [
          { productId: orders.products[0], sellerId: orders.seller, quantity: 2, subtotal: 2_000 },
          { productId: orders.products[1], sellerId: orders.seller, quantity: 1, subtotal: 1_000 },
        ],
      },
    ],
  ]);
  expect({ refunds, effects, timeline }).toEqual({ refunds: [], effects: [], timeline: ['CONFIRMED'] });
});

/**
 * What ends a PAID order: all money asked back, catalog told, and Redis as far as `released` says.
 *
 * @param words what the timeline says, where it is not the code that messages have
 */
async function expectCancelled(
  id: string,
  reason: string,
  released: object[],
  words = reason,
): Promise<void> {
  const { order, said, refunds, effects, timeline } = await orders.stateOf(id);
  expect(order).toMatchObject({ status: 'CANCELLED', paid_payment_id: PAYMENT });
  expect(timeline).toEqual(['CANCELLED']);
  expect(await orders.reasonsOf(id)).toEqual([['CANCELLED', words]]);
  expect(refunds).toMatchObject([
    { key: `order:${id}`, payment_id: PAYMENT, amount: TOTAL, reason, refunded_at: null },
  ]);
  const { buyer_id: buyerId } = order!;
  expect(said).toEqual([
    ['refund.requested', { orderId: id, paymentId: PAYMENT, amount: TOTAL, key: `order:${id}`, reason }],
    ['order.cancelled', { orderId: id, buyerId, reason, lines: orders.linesOf(id) }],
  ]);
  expect(effects).toEqual(released);
}

test('stock.committed of a PAID order whose cancelling is recorded: CANCELLED, all of it given back', async () => {
  const wish = { cancel_requested_at: new Date(), cancel_reason: 'changed my mind' };
  const id = await orders.place(S.PAID, { ...paid, ...wish });
  await deliver(onStockCommitted, { orderId: id });
  // Catalog gives the units back once it has unsold them; order never before.
  await expectCancelled(id, 'STATED', [], 'changed my mind');
});

test.each([S.CONFIRMED, S.PREPARING, S.SHIPPED, S.DELIVERED, S.REFUNDING, S.REFUNDED])(
  'stock.committed of an order that is %s: already so',
  async (status) => {
    const id = await orders.place(status, paid);
    await expectNoChange(id, onStockCommitted, { orderId: id });
  },
);

test.each([S.EXPIRED, S.CANCELLED])(
  'stock.committed of an order that is %s: catalog is told to unsell what nobody has',
  async (status) => {
    const id = await orders.place(status, status === S.CANCELLED ? paid : {});
    const before = await orders.stateOf(id);
    await deliver(onStockCommitted, { orderId: id });
    const { buyer_id: buyerId } = before.order!;
    const cancelled = { orderId: id, buyerId, reason: 'ENDED_BEFORE_COMMIT', lines: orders.linesOf(id) };
    expect(await orders.stateOf(id)).toEqual({ ...before, said: [['order.cancelled', cancelled]] });
  },
);

test('stock.committed of an order that is not paid, or not there, is a contradiction', async () => {
  const id = await orders.place(S.PENDING_PAYMENT);
  const unpaid = `stock was committed for order ${id}, which is not paid`;
  await expectContradiction(id, onStockCommitted, { orderId: id }, unpaid);
  const none = other();
  const missing = `stock was committed for order ${none}, which is not there`;
  await expectContradiction(none, onStockCommitted, { orderId: none }, missing);
});

const rejected = (orderId: string) => ({ orderId, reason: 'NO_UNITS_LEFT' });

test('stock.rejected of a PAID order: CANCELLED, all of it given back', async () => {
  const id = await orders.place(S.PAID, paid);
  await deliver(onStockRejected, rejected(id));
  await expectCancelled(id, 'NO_UNITS_LEFT', orders.effectsOf('end', id));
  await expectNoChange(id, onStockRejected, rejected(id));
});

test('stock.rejected of a PAID order whose cancelling is recorded: CANCELLED, as its buyer has wished', async () => {
  const wish = { cancel_requested_at: new Date(), cancel_reason: 'changed my mind' };
  const id = await orders.place(S.PAID, { ...paid, ...wish });
  await deliver(onStockRejected, rejected(id));
  await expectCancelled(id, 'STATED', orders.effectsOf('end', id), 'changed my mind');
});

test.each([S.CANCELLED, S.EXPIRED, S.REFUNDING, S.REFUNDED])(
  'stock.rejected of an order that is %s: already so',
  async (status) => {
    const id = await orders.place(status, paid);
    await expectNoChange(id, onStockRejected, rejected(id));
  },
);

test.each([S.PENDING_PAYMENT, S.CONFIRMED, S.PREPARING, S.SHIPPED, S.DELIVERED])(
  'stock.rejected of an order that is %s is a contradiction',
  async (status) => {
    const id = await orders.place(status, status === S.PENDING_PAYMENT ? {} : paid);
    const what = `stock was rejected for order ${id}, which is ${status}`;
    await expectContradiction(id, onStockRejected, rejected(id), what);
  },
);

test('stock.rejected of no order is a contradiction', async () => {
  const none = other();
  const what = `stock was rejected for order ${none}, which is not there`;
  await expectContradiction(none, onStockRejected, rejected(none), what);
});
