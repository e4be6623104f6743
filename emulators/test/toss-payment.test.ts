import { expect, test } from '@jest/globals';
import { basic, CLIENT_KEY, openTossShop } from './toss.fixture.js';

const MINUTE = 60_000;

test('a payment goes from the window to confirm', async () => {
  await using shop = await openTossShop();
  const own = await shop.visit(shop.windowAddress(), undefined, 'GET');
  expect(own).toMatch(/\/toss\/payment-window\/[0-9a-f]{32}$/);
  expect(await shop.lookup('orders/order-1')).toMatchObject({
    status: 200,
    body: { status: 'READY', method: null, approvedAt: null, requestedAt: '2026-11-20T12:00:00+09:00' },
  });

  const back = await shop.visit(own, 'card');
  expect(back).toMatch(
    /^http:\/\/shop\.test\/return\?payment=p%201&paymentType=NORMAL&orderId=order-1&paymentKey=\w{20,200}&amount=22000$/,
  );
  const paymentKey = new URL(back).searchParams.get('paymentKey') ?? '';
  expect(await shop.status(paymentKey)).toBe('IN_PROGRESS');

  shop.passes(MINUTE);
  const confirmed = await shop.confirm({ paymentKey, orderId: 'order-1', amount: 22_000 });
  expect(confirmed).toMatchObject({
    status: 200,
    body: {
      paymentKey,
      orderId: 'order-1',
      orderName: 'Sneaker',
      mId: expect.stringMatching(/^\w{1,14}$/),
      type: 'NORMAL',
      status: 'DONE',
      method: '카드',
      currency: 'KRW',
      totalAmount: 22_000,
      balanceAmount: 22_000,
      suppliedAmount: 20_000,
      vat: 2_000,
      approvedAt: '2026-11-20T12:01:00+09:00',
      lastTransactionKey: expect.stringMatching(/^[0-9A-F]{32}$/),
      secret: expect.stringMatching(/^ps_/),
      card: { amount: 22_000, number: expect.stringContaining('*') },
      easyPay: null,
      cancels: null,
      failure: null,
      isPartialCancelable: true,
    },
  });
  expect(await shop.lookup(paymentKey)).toEqual(confirmed);
  expect(await shop.lookup('orders/order-1')).toEqual(confirmed);
});

test('easy pay is a method of its own', async () => {
  await using shop = await openTossShop();
  const { body } = await shop.confirm(await shop.paid({}, 'easy-pay'));
  expect(body).toMatchObject({ method: '간편결제', card: null, easyPay: { amount: 22_000 } });
});

test('a payment is confirmed once', async () => {
  await using shop = await openTossShop();
  const payment = await shop.done();
  expect(await shop.confirm(payment)).toMatchObject({
    status: 400,
    body: { code: 'ALREADY_PROCESSED_PAYMENT' },
  });
});

test.each([
  ['paymentKey', 'unknown', 404, 'NOT_FOUND_PAYMENT'],
  ['orderId', 'order-2', 404, 'NOT_FOUND_PAYMENT_SESSION'],
  ['amount', 21_999, 400, 'INVALID_REQUEST'],
  ['amount', '22000', 400, 'INVALID_REQUEST'],
  ['orderId', 'no', 400, 'INVALID_ORDER_ID'],
  ['paymentKey', 'k'.repeat(201), 400, 'INVALID_PAYMENT_KEY'],
])(
  'confirm with the %s %p is refused, and the right one goes through afterwards',
  async (field, value, status, code) => {
    await using shop = await openTossShop();
    const payment = await shop.paid();
    expect(await shop.confirm({ ...payment, [field]: value })).toMatchObject({ status, body: { code } });
    expect((await shop.confirm(payment)).status).toBe(200);
  },
);

test.each([
  ['refused', 'REJECT_CARD_COMPANY'],
  ['insufficient', 'REJECT_ACCOUNT_PAYMENT'],
])('what is paid by “%s” is refused when it is confirmed, for good', async (choice, code) => {
  await using shop = await openTossShop();
  const payment = await shop.paid({}, choice);
  expect(await shop.confirm(payment)).toMatchObject({ status: 403, body: { code } });
  expect((await shop.lookup(payment.paymentKey)).body).toMatchObject({
    status: 'ABORTED',
    failure: { code },
  });
  expect((await shop.confirm(payment)).body['code']).toBe('ALREADY_PROCESSED_PAYMENT');
});

test('who paid has ten minutes to be confirmed', async () => {
  await using shop = await openTossShop();
  const [first, second] = [await shop.paid(), await shop.paid({ orderId: 'order-2' })];
  shop.passes(10 * MINUTE - 1);
  expect((await shop.confirm(first)).status).toBe(200);
  shop.passes(1);
  expect(await shop.confirm(second)).toMatchObject({
    status: 404,
    body: { code: 'NOT_FOUND_PAYMENT_SESSION' },
  });
  expect([await shop.status(first.paymentKey), await shop.status(second.paymentKey)]).toEqual([
    'DONE',
    'EXPIRED',
  ]);
});

test('both windows are settings', async () => {
  await using shop = await openTossShop({ windowMs: 5, confirmWindowMs: 3 });
  await shop.visit(shop.windowAddress(), undefined, 'GET');
  const { paymentKey } = await shop.paid({ orderId: 'order-2' });
  shop.passes(3);
  expect([await shop.status('orders/order-1'), await shop.status(paymentKey)]).toEqual(['READY', 'EXPIRED']);
  shop.passes(2);
  expect(await shop.status('orders/order-1')).toBe('EXPIRED');
});

test('one order id is paid once, however often its window is opened', async () => {
  await using shop = await openTossShop();
  const [first, second] = [await shop.paid(), await shop.paid()];
  expect(second.paymentKey).not.toBe(first.paymentKey);
  expect((await shop.confirm(first)).status).toBe(200);
  expect((await shop.confirm(second)).body['code']).toBe('DUPLICATED_ORDER_ID');
  expect((await shop.lookup('orders/order-1')).body['paymentKey']).toBe(first.paymentKey);
  expect(await shop.visit(shop.windowAddress())).toContain(
    'outcome=failed&code=DUPLICATED_ORDER_ID&message=',
  );
});

test.each([
  [undefined, 401, 'UNAUTHORIZED_KEY'],
  [basic('test_sk_real'), 401, 'UNAUTHORIZED_KEY'],
  [basic(CLIENT_KEY), 400, 'INVALID_API_KEY'],
  [`Basic ${Buffer.from('local-only-secret').toString('base64')}`, 403, 'INCORRECT_BASIC_AUTH_FORMAT'],
  ['Bearer local-only-secret', 403, 'INCORRECT_BASIC_AUTH_FORMAT'],
])('authorization %s is refused', async (authorization, status, code) => {
  await using shop = await openTossShop();
  const response = await fetch(`${shop.url}/toss/v1/payments/orders/order-1`, {
    headers: authorization === undefined ? {} : { authorization },
  });
  expect([response.status, await response.json()]).toEqual([status, expect.objectContaining({ code })]);
});

test('the test header gives the error that it names, before anything else is looked at', async () => {
  await using shop = await openTossShop();
  const asking = (code: string) => ({ 'TossPayments-Test-Code': code });
  expect(await shop.confirm('{', asking('REJECT_CARD_COMPANY'))).toMatchObject({
    status: 403,
    body: { code: 'REJECT_CARD_COMPANY' },
  });
  expect(await shop.cancel('unknown', {}, asking('FAILED_REFUND_PROCESS'))).toMatchObject({ status: 500 });
  const payment = await shop.paid();
  expect((await shop.confirm(payment, asking('PROVIDER_ERROR'))).body['code']).toBe('PROVIDER_ERROR');
  expect(await shop.status(payment.paymentKey)).toBe('IN_PROGRESS');
});

test('messages are Korean, or English where it is asked for', async () => {
  await using shop = await openTossShop();
  expect((await shop.lookup('unknown')).body['message']).toBe('존재하지 않는 결제 정보 입니다.');
  expect((await shop.lookup('unknown', { 'accept-language': 'en-US' })).body['message']).toBe(
    'There is no such payment.',
  );
});

test('calls are counted by payment and by order, and shown to who measures', async () => {
  await using shop = await openTossShop();
  const { paymentKey } = await shop.done();
  await shop.done({ orderId: 'order-2' });
  await shop.lookup('orders/order-1');
  await shop.lookup(paymentKey);
  await shop.cancel(paymentKey, { cancelReason: 'changed mind' });
  const counts = async (query = '') => (await shop.send('GET', `/toss/calls${query}`)).body;
  expect(await counts('?orderId=order-1')).toEqual({ confirm: 1, lookup: 2, cancel: 1 });
  expect(await counts(`?paymentKey=${paymentKey}`)).toEqual({ confirm: 1, lookup: 1, cancel: 1 });
  expect(await counts()).toEqual({ confirm: 2, lookup: 2, cancel: 1 });
  expect(await (await fetch(`${shop.url}/metrics`)).text()).toContain(
    'emulator_calls_total{target="toss",operation="confirm"} 2\n',
  );
});
