import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { eventually, openShop, pressPay, type Shop } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import {
  agrees,
  approves,
  atProvider,
  becomesFree,
  decidingPayment,
  seesPayments,
} from './paying.fixture.js';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterEach(() => shop.fault({ operation: 'approve', fault: 'none' }));
afterAll(() => shop[Symbol.asyncDispose]());

test('after a decline the order is paid by a second payment', async () => {
  const first = await agrees(shop, 'refused');
  const { buyer, orderId } = first;
  expect(await approves(first)).toMatchObject({
    __typename: 'PaymentDeclined',
    reason: 'CARD_REFUSED',
    payment: { id: first.paymentId, status: 'DECLINED' },
  });
  // At once: who is told of a decline is not told that the order is being decided.

  const second = { buyer, orderId, ...(await buyer.paysAtProvider(orderId)) };
  expect(second.paymentId).not.toBe(first.paymentId);
  expect((await approves(second)).__typename).toBe('Payment');
  expect((await approves(first)).reason).toBe('CARD_REFUSED');
  const order = await buyer.seesOrder(orderId, 'CONFIRMED');
  expect(order.payments).toMatchObject([
    { status: 'DECLINED', declineReason: 'CARD_REFUSED' },
    { status: 'APPROVED', declineReason: null },
  ]);
  expect(await shop.providerCalls(orderId)).toMatchObject({ ready: 2, approve: 2, cancel: 0 });
  await shop.invariants();
});

test('a payment that its buyer gave up at the provider is declined, and says so', async () => {
  const given = await agrees(shop, 'cancel');
  expect(given.token).toBe('');
  expect(await approves({ ...given, token: 'none' })).toMatchObject({ __typename: 'PaymentPending' });
  await seesPayments(given, ['DECLINED']);
  expect(await approves({ ...given, token: 'none' })).toMatchObject({ reason: 'CANCELLED_BY_BUYER' });
  await becomesFree(shop, given.orderId);
  await shop.invariants();
});

test.each([
  ['cancel', 'CANCELLED_BY_BUYER'],
  ['fail', 'CARD_REFUSED'],
])('who leaves the provider’s page by “%s” can start anew at once', async (choice, declineReason) => {
  const given = await agrees(shop, choice);
  const { buyer, orderId } = given;
  const second = { buyer, orderId, ...(await buyer.paysAtProvider(orderId)) };
  expect(second.paymentId).not.toBe(given.paymentId);
  expect((await approves(second)).__typename).toBe('Payment');
  const order = await buyer.seesOrder(orderId, 'CONFIRMED');
  expect(order.payments).toMatchObject([{ status: 'DECLINED', declineReason }, { status: 'APPROVED' }]);
  await shop.invariants();
});

test('starting twice, and five times at once, gives one payment', async () => {
  const { id: productId } = await shop.createProduct();
  const buyer = await shop.buyer();
  const { id: orderId } = await buyer.places([{ productId, quantity: 1 }]);
  const start = async () => (await buyer.startPayment(orderId)).data.startPayment;
  const atOnce = await Promise.all(Array.from({ length: 5 }, start));
  const started = (await shop.providerCalls(orderId)).ready;
  expect(atOnce[0]).toMatchObject({ __typename: 'Payment', status: 'READY', amount: { amount: 100_000 } });
  for (const payment of [...atOnce, await start(), await start()]) expect(payment).toEqual(atOnce[0]);
  expect((await shop.providerCalls(orderId)).ready).toBe(started);
  await seesPayments({ buyer, orderId }, ['READY']);
});

test('the token of another payment is refused, and takes nothing; the right one works afterwards', async () => {
  const [mine, other] = [await agrees(shop), await agrees(shop)];
  expect(await approves({ ...mine, token: other.token })).toMatchObject({
    __typename: 'PaymentDeclined',
    reason: 'INVALID',
    payment: { id: mine.paymentId, status: 'READY' },
  });
  for (const { paymentId } of [mine, other]) {
    expect(await atProvider(shop, paymentId)).toEqual({ taken: [], givenBack: [] });
  }
  for (const payment of [mine, other]) {
    expect((await approves(payment)).__typename).toBe('Payment');
    await payment.buyer.seesOrder(payment.orderId, 'CONFIRMED');
    expect(await atProvider(shop, payment.paymentId)).toEqual({ taken: [100_000], givenBack: [] });
  }
  await shop.invariants();
});

test('what is said of an earlier attempt does not free an order that a later one decides', async () => {
  const payment = await agrees(shop);
  const order = shop.sql('order');
  await order.transaction('test', async (tx) => {
    await tx.run('LOCK TABLE inbox IN ACCESS EXCLUSIVE MODE');
    expect((await approves({ ...payment, token: 'made-up' })).reason).toBe('INVALID');
    await shop.fault({ operation: 'approve', fault: 'error-500', times: 1_000 });
    expect((await approves(payment)).__typename).toBe('PaymentPending');
  });
  await eventually(async () => {
    const [row] = await order.query<{ count: number }>(
      `SELECT count(*) FROM inbox JOIN payment.outbox USING (message_id)
       WHERE routing_key = 'payment.declined' AND body->>'paymentId' = $1`,
      [payment.paymentId],
    );
    expect(row?.count).toBe(1);
  });
  expect(await decidingPayment(shop, payment.orderId)).toBe(payment.paymentId);
  await shop.fault({ operation: 'approve', fault: 'none' });
  await payment.buyer.seesOrder(payment.orderId, 'CONFIRMED');
  await shop.invariants();
});

test('approving five times at once takes the money once, and afterwards always says the same', async () => {
  const payment = await agrees(shop);
  const atOnce = await Promise.all(Array.from({ length: 5 }, () => approves(payment)));
  for (const answer of atOnce) expect(['Payment', 'PaymentPending']).toContain(answer.__typename);
  await payment.buyer.seesOrder(payment.orderId, 'CONFIRMED');
  const approved = await approves(payment);
  expect(approved).toMatchObject({ __typename: 'Payment', id: payment.paymentId, status: 'APPROVED' });
  expect(await approves({ ...payment, token: 'another' })).toEqual(approved);
  expect((await shop.providerCalls(payment.orderId)).approve).toBe(1);
  expect(await atProvider(shop, payment.paymentId)).toEqual({ taken: [100_000], givenBack: [] });
  await shop.invariants();
});

test('nobody approves somebody else’s payment, or one that is not there', async () => {
  const payment = await agrees(shop);
  const thief = await shop.buyer();
  const refused = { errors: ['NOT_FOUND'] };
  expect(await approves({ ...payment, buyer: thief })).toEqual(refused);
  expect(await approves({ ...payment, paymentId: randomUUID() })).toEqual(refused);
  expect(await approves({ ...payment, paymentId: 'no-uuid' })).toEqual(refused);
  expect(await approves({ ...payment, token: '' })).toEqual({ errors: ['BAD_USER_INPUT'] });
  expect((await shop.providerCalls(payment.orderId)).approve).toBe(0);
  await seesPayments(payment, ['READY']);
});

test('no second payment is started while one is being decided', async () => {
  const payment = await agrees(shop);
  await shop.fault({ operation: 'approve', fault: 'error-500' });
  expect((await approves(payment)).__typename).toBe('PaymentPending');
  const second = await payment.buyer.startPayment(payment.orderId);
  expect(second.data.startPayment.__typename).toBe('OrderNotPayable');
  expect((await shop.providerCalls(payment.orderId)).ready).toBe(1);
  expect((await payment.buyer.cancelOrder(payment.orderId)).data.cancelOrder).toMatchObject({
    __typename: 'OrderNotCancellable',
    order: { status: 'PENDING_PAYMENT' },
  });
  await payment.buyer.seesOrder(payment.orderId, 'CONFIRMED');
  await shop.invariants();
});

test('of two payments of one order the provider is asked to decide one only', async () => {
  const first = await agrees(shop);
  const { buyer, orderId } = first;
  // The first payment is APPROVING but its order cannot be marked yet: a second one is started in between.
  const { answer, second } = await shop.sql('order').transaction('test', async (tx) => {
    await tx.run('SELECT 1 FROM orders WHERE id = $1 FOR UPDATE', [orderId]);
    const approving = approves({ ...first, token: 'made-up' });
    await seesPayments(first, ['APPROVING']);
    const started = (await buyer.startPayment(orderId)).data.startPayment;
    const token = await pressPay(started.redirectUrl);
    const payment = { buyer, orderId, paymentId: String(started.id), token };
    expect((await approves(payment)).__typename).toBe('OrderNotPayable');
    expect((await shop.providerCalls(orderId)).approve).toBe(0);
    return { answer: approving, second: payment };
  });
  expect(['PaymentDeclined', 'PaymentPending']).toContain((await answer).__typename);
  await seesPayments(first, ['DECLINED', 'READY']);
  await becomesFree(shop, orderId);
  expect((await approves(second)).__typename).toBe('Payment');
  await buyer.seesOrder(orderId, 'CONFIRMED');
  expect(await atProvider(shop, first.paymentId)).toEqual({ taken: [], givenBack: [] });
  await shop.invariants();
});

test('a payment whose window has ended is over, and a new one is made', async () => {
  const first = await agrees(shop);
  const { buyer, orderId } = first;
  const endWindow = (paymentId: string) =>
    shop.sql('payment').run('UPDATE payment SET window_ends_at = now() WHERE id = $1', [paymentId]);
  await endWindow(first.paymentId);
  const second = { buyer, orderId, ...(await buyer.paysAtProvider(orderId)) };
  expect(await approves(first)).toMatchObject({ __typename: 'PaymentDeclined', reason: 'EXPIRED' });
  await endWindow(second.paymentId);
  expect(await approves(second)).toMatchObject({ __typename: 'PaymentDeclined', reason: 'EXPIRED' });
  await seesPayments(first, ['DECLINED', 'DECLINED']);
  expect((await shop.providerCalls(orderId)).approve).toBe(0);
});

test.each(['error-500', 'timeout-before'] as const)(
  'a provider that cannot prepare a payment (%s) leaves nothing behind',
  async (fault) => {
    const { id: productId } = await shop.createProduct();
    const buyer = await shop.buyer();
    const { id: orderId } = await buyer.places([{ productId, quantity: 1 }]);
    await shop.fault({ operation: 'ready', fault, delayMs: fault === 'timeout-before' ? 100 : 0 });
    const { data } = await buyer.send(
      `mutation ($id: ID!) { startPayment(input: { orderId: $id, provider: KAKAOPAY, returnUrl: "http://localhost/" }) {
        __typename ... on ProviderUnavailable { message retryAt } } }`,
      { id: orderId },
    );
    expect(data.startPayment.__typename).toBe('ProviderUnavailable');
    expect(Date.parse(data.startPayment.retryAt)).toBeGreaterThan(Date.now());
    await seesPayments({ buyer, orderId }, []);
    expect((await buyer.startPayment(orderId)).data.startPayment.__typename).toBe('Payment');
  },
);

test.each([
  'https://localhost/return',
  'http://localhost.evil.com/return',
  'http://evil.com/?http://localhost/',
  'http://me@localhost/',
  'javascript://localhost/%0aalert(1)',
])('a buyer is never sent back to %s', async (returnUrl) => {
  const { id: productId } = await shop.createProduct();
  const buyer = await shop.buyer();
  const { id: orderId } = await buyer.places([{ productId, quantity: 1 }]);
  const { errors } = await buyer.startPayment(orderId, returnUrl);
  expect(errors?.[0]?.extensions).toMatchObject({
    code: 'BAD_USER_INPUT',
    fields: [{ path: 'input.returnUrl' }],
  });
  await seesPayments({ buyer, orderId }, []);
});

test('nobody pays for somebody else’s order, or for one that is not there', async () => {
  const { id: productId } = await shop.createProduct();
  const [buyer, stranger] = await shop.accounts(2);
  const { id: orderId } = await buyer!.places([{ productId, quantity: 1 }]);
  for (const id of [orderId, randomUUID(), 'no-uuid']) {
    const { errors } = await stranger!.startPayment(id);
    expect(errors?.[0]?.extensions.code).toBe('NOT_FOUND');
  }
  await seesPayments({ buyer: buyer!, orderId }, []);
  await shop.invariants();
});
