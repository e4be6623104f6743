import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Contradiction, OneByOne, type Handler } from '@stampede/shared/messaging';
import { randomUUID } from 'node:crypto';
import { onOrderCancelled, onOrderExpired } from '../src/order-ended/on-order-ended.js';
import { onOrderPaid } from '../src/order-paid/on-order-paid.js';
import { onPaymentOverdue } from '../src/overdue/on-payment-overdue.js';
import { PaymentStatus } from '../src/payment-status.js';
import { onRefundRequested } from '../src/refund/on-refund-requested.js';
import { remindOfApproval } from '../src/watchdog/remind-of-approval.js';
import {
  AMOUNT,
  APPROVED_AT,
  ATTEMPT,
  TAKEN,
  openPayments,
  type PaymentsUnderTest,
} from './payment-table.fixture.js';

let payments: PaymentsUnderTest;
beforeAll(async () => {
  payments = await openPayments();
});
afterAll(() => payments[Symbol.asyncDispose]());

const S = PaymentStatus;
const ALL = Object.values(PaymentStatus);
const except = (...some: PaymentStatus[]) => ALL.filter((status) => !some.includes(status));

async function expectNoChange(id: string, handler: Handler, body: object): Promise<void> {
  const before = await payments.stateOf(id);
  await payments.deliver(handler, body);
  expect(await payments.stateOf(id)).toEqual(before);
}
/** As the consumer does with several messages that wait at the same time. */
const deliverAll = (handler: Handler, bodies: object[]) =>
  payments.database.transaction('test', (tx) =>
    handler.handleAll!(
      tx,
      bodies.map((body) => ({
        body: handler.type.schema.parse(body),
        meta: { messageId: randomUUID(), attempts: 0 },
      })),
    ),
  );

async function expectContradiction(id: string, handler: Handler, body: object, what: string): Promise<void> {
  const before = await payments.stateOf(id);
  const delivery = payments.deliver(handler, body);
  await expect(delivery).rejects.toThrow(new Contradiction(what));
  await expect(delivery).rejects.toBeInstanceOf(Contradiction);
  expect(await payments.stateOf(id)).toEqual(before);
}

const ended = (orderId: string) => ({ orderId, buyerId: randomUUID(), reason: 'BUYER', lines: [] });

test.each([
  ['order.expired', onOrderExpired],
  ['order.cancelled', onOrderCancelled],
])('%s gives up a READY payment, and leaves every other as it is', async (_, handler) => {
  const ready = await payments.place(S.READY);
  const before = await payments.stateOf(ready);
  await payments.deliver(handler, ended(ready));
  const given = { ...before, payment: { ...before.payment, status: 'CANCELLED' } };
  expect(await payments.stateOf(ready)).toEqual(given);
  await expectNoChange(ready, handler, ended(ready));
  for (const status of except(S.READY)) {
    const id = await payments.place(status);
    await expectNoChange(id, handler, ended(id));
  }
  await payments.deliver(handler, ended(randomUUID()));
});

const paid = (id: string, orderId = id) => ({ orderId, buyerId: randomUUID(), paymentId: id, lines: [] });

test.each(TAKEN)('order.paid by a payment that is %s is noted, once', async (status) => {
  const id = await payments.place(status);
  const before = await payments.stateOf(id);
  await payments.deliver(onOrderPaid, paid(id));
  expect(await payments.stateOf(id)).toEqual({ ...before, payment: { ...before.payment, paid: true } });
  await expectNoChange(id, onOrderPaid, paid(id));
});

test('order.paid gives up what else is READY for the order, and only that', async () => {
  const paying = await payments.place(S.APPROVED);
  const other = await payments.place(S.READY, { orderId: paying });
  const declined = await payments.place(S.DECLINED, { orderId: paying });
  const ofAnother = await payments.place(S.READY);
  const before = await Promise.all([declined, ofAnother].map((id) => payments.stateOf(id)));
  await payments.deliver(onOrderPaid, paid(paying));
  expect(await payments.row(other)).toMatchObject({ status: 'CANCELLED' });
  expect(await Promise.all([declined, ofAnother].map((id) => payments.stateOf(id)))).toEqual(before);
});

test.each(except(...TAKEN))('order.paid by a payment that is %s is a contradiction', async (status) => {
  const id = await payments.place(status);
  await expectContradiction(
    id,
    onOrderPaid,
    paid(id),
    `order ${id} is paid by ${id}, which was not approved`,
  );
});

test('order.paid by no payment, or by that of another order, is a contradiction', async () => {
  const none = randomUUID();
  const missing = `order ${none} is paid by ${none}, which was not approved`;
  await expectContradiction(none, onOrderPaid, paid(none), missing);
  const id = await payments.place(S.APPROVED);
  const another = `order ${none} is paid by ${id}, which was not approved`;
  await expectContradiction(id, onOrderPaid, paid(id, none), another);
});

const overdue = (id: string, attempt = ATTEMPT) => ({ orderId: id, paymentId: id, attempt });
const declined = (id: string, reason: string, attempt = ATTEMPT) => [
  'payment.declined',
  { orderId: id, paymentId: id, attempt, reason },
];
const approved = (id: string) => [
  'payment.approved',
  { orderId: id, paymentId: id, provider: 'KAKAOPAY', amount: AMOUNT, approvedAt: APPROVED_AT },
];

test.each(ALL)('payment.overdue of a payment that is %s', async (status) => {
  const id = await payments.place(status);
  const before = await payments.stateOf(id);
  await payments.deliver(onPaymentOverdue, overdue(id));
  const answer = {
    [S.APPROVING]: [],
    [S.APPROVED]: [approved(id)],
    [S.READY]: [declined(id, 'READY')],
    [S.DECLINED]: [declined(id, 'CARD_REFUSED')],
    [S.CANCELLED]: [declined(id, 'CANCELLED')],
    [S.REFUNDING]: [declined(id, 'REFUNDING')],
    [S.PARTIALLY_REFUNDED]: [declined(id, 'PARTIALLY_REFUNDED')],
    [S.REFUNDED]: [declined(id, 'REFUNDED')],
  }[status];
  expect(await payments.stateOf(id)).toEqual({ ...before, said: answer });
});

test('payment.overdue is answered for the attempt that was asked about, and for no payment', async () => {
  const id = await payments.place(S.READY);
  await payments.deliver(onPaymentOverdue, overdue(id, ATTEMPT - 1));
  expect((await payments.stateOf(id)).said).toEqual([declined(id, 'READY', ATTEMPT - 1)]);
  const none = randomUUID();
  await payments.deliver(onPaymentOverdue, overdue(none));
  expect((await payments.stateOf(none)).said).toEqual([declined(none, 'NO_SUCH_PAYMENT')]);
});

const refund = (id: string, key: string, amount = AMOUNT) => ({
  orderId: id,
  paymentId: id,
  key,
  amount,
  reason: 'BUYER',
});

test.each([S.APPROVED, S.PARTIALLY_REFUNDED, S.REFUNDING])(
  'refund.requested of a payment that is %s, of what is left: REFUNDING, and tried from now on',
  async (status) => {
    const id = await payments.place(status);
    const earlier = status === S.APPROVED ? 0 : 2_000;
    if (earlier > 0) await payments.asks(id, `first:${id}`, earlier, status === S.PARTIALLY_REFUNDED);
    const before = await payments.stateOf(id);
    const body = refund(id, `order:${id}`, AMOUNT - earlier);
    await payments.deliver(onRefundRequested, body);
    expect(await payments.stateOf(id)).toEqual({
      ...before,
      payment: { ...before.payment, status: 'REFUNDING' },
      refunds: [
        ...before.refunds,
        { key: `order:${id}`, amount: AMOUNT - earlier, reason: 'BUYER', done: false },
      ],
    });
    await expectNoChange(id, onRefundRequested, body);
    const more = `a refund of 1 of payment ${id}: 0 is left`;
    await expectContradiction(id, onRefundRequested, refund(id, `more:${id}`, 1), more);
  },
);

test.each(ALL)('refund.requested with a key that is known, payment %s: already so', async (status) => {
  const id = await payments.place(status);
  await payments.asks(id, `order:${id}`, AMOUNT, false);
  await expectNoChange(id, onRefundRequested, refund(id, `order:${id}`));
});

test.each(ALL)('refund.requested of what is back, payment %s: told so again', async (status) => {
  const id = await payments.place(status);
  await payments.asks(id, `order:${id}`, 3_000, true);
  const before = await payments.stateOf(id);
  await payments.deliver(onRefundRequested, refund(id, `order:${id}`, 3_000));
  const told = [
    'payment.refunded',
    { orderId: id, paymentId: id, provider: 'KAKAOPAY', key: `order:${id}`, amount: 3_000 },
  ];
  expect(await payments.stateOf(id)).toEqual({ ...before, said: [told] });
});

test.each(except(...TAKEN))('refund.requested of a payment that is %s is a contradiction', async (status) => {
  const id = await payments.place(status);
  const what = `a refund of payment ${id}, which is ${status}`;
  await expectContradiction(id, onRefundRequested, refund(id, `order:${id}`), what);
});

test('refund.requested of more than is left, with another payment’s key, or of no payment, is a contradiction', async () => {
  const id = await payments.place(S.APPROVED);
  const more = `a refund of ${AMOUNT + 1} of payment ${id}: ${AMOUNT} is left`;
  await expectContradiction(id, onRefundRequested, refund(id, `order:${id}`, AMOUNT + 1), more);
  const other = await payments.place(S.REFUNDING);
  await payments.asks(other, `order:${other}`, AMOUNT, false);
  const taken = `the refund order:${other} is another payment's`;
  await expectContradiction(id, onRefundRequested, refund(id, `order:${other}`), taken);
  const done = await payments.place(S.REFUNDED);
  await payments.asks(done, `first:${done}`, AMOUNT, true);
  const nothing = `a refund of 1 of payment ${done}: 0 is left`;
  await expectContradiction(done, onRefundRequested, refund(done, `order:${done}`, 1), nothing);
  const none = randomUUID();
  const missing = `a refund of payment ${none}, which is not there`;
  await expectContradiction(none, onRefundRequested, refund(none, `order:${none}`), missing);
});

test('payment.approved is told again until order says that it is paid, or asks for the money back', async () => {
  const remind = () => payments.database.transaction('test', remindOfApproval.remind);
  const stands = (id: string, seconds: number) =>
    payments.database.run(`UPDATE payment SET updated_at = now() - $2 * interval '1 second' WHERE id = $1`, [
      id,
      seconds,
    ]);
  for (const status of except(S.APPROVED)) await stands(await payments.place(status), 100);
  const [young, old, heard, givenBack] = (await Promise.all(
    [25, 35, 35, 35].map(async (seconds) => {
      const id = await payments.place(S.APPROVED);
      await stands(id, seconds);
      return id;
    }),
  )) as [string, string, string, string];
  await payments.deliver(onOrderPaid, paid(heard));
  await payments.deliver(onRefundRequested, refund(givenBack, `order:${givenBack}`));

  const told = await Promise.all([remind(), remind(), remind()]);
  expect(told.toSorted()).toEqual([0, 0, 1]);
  expect((await payments.stateOf(old)).said).toEqual([approved(old)]);
  for (const id of [young, heard, givenBack]) expect((await payments.stateOf(id)).said).toEqual([]);

  await stands(old, 65);
  await payments.database.run(
    `UPDATE payment SET reminded_at = now() - interval '32 seconds' WHERE id = $1`,
    [old],
  );
  expect(await remind()).toBe(0);
  await payments.database.run(
    `UPDATE payment SET reminded_at = now() - interval '34 seconds' WHERE id = $1`,
    [old],
  );
  expect(await remind()).toBe(1);
  expect((await payments.stateOf(old)).said).toEqual([approved(old), approved(old)]);
});

const paidBy = (id: string) => ({ orderId: id, paymentId: id, buyerId: randomUUID(), lines: [] });

test('order.paid of several payments that were approved is noted of all of them at once', async () => {
  const ids = await Promise.all(TAKEN.map((status) => payments.place(status)));
  await deliverAll(onOrderPaid, ids.map(paidBy));
  for (const id of ids) expect(await payments.stateOf(id)).toMatchObject({ payment: { paid: true } });
  const waiting = await Promise.all([1, 2].map(() => payments.place(S.READY)));
  const taken = await Promise.all([1, 2].map(() => payments.place(S.APPROVED)));
  for (const [index, id] of taken.entries())
    await payments.database.run('UPDATE payment SET order_id = $2 WHERE id = $1', [waiting[index], id]);
  await deliverAll(onOrderPaid, taken.map(paidBy));
  for (const id of waiting)
    expect(await payments.stateOf(id)).toMatchObject({ payment: { status: S.CANCELLED } });
});

test.each(except(...TAKEN))(
  'order.paid by a %s payment is noted of none beside it: each by itself',
  async (status) => {
    const [taken, not] = [await payments.place(S.APPROVED), await payments.place(status)];
    const before = await payments.stateOf(taken);
    await expect(deliverAll(onOrderPaid, [taken, not].map(paidBy))).rejects.toBeInstanceOf(OneByOne);
    await expect(deliverAll(onOrderPaid, [taken, taken].map(paidBy))).rejects.toBeInstanceOf(OneByOne);
    expect(await payments.stateOf(taken)).toEqual(before);
  },
);
