import { expect, test } from '@jest/globals';
import { CID, openShop } from './kakaopay.fixture.js';
import { openTossShop } from './toss.fixture.js';

const confirming = { target: 'toss', operation: 'confirm' };
const key = { 'Idempotency-Key': 'k-1' };
const whole = { cancelReason: 'changed mind' };

test('timeout-before and error-500 do nothing, and are not remembered under a key', async () => {
  await using shop = await openTossShop();
  const payment = await shop.paid();
  await shop.fault({ ...confirming, fault: 'timeout-before', delayMs: 1 });
  await expect(shop.confirm(payment, key)).rejects.toThrow('fetch failed');
  await shop.fault({ ...confirming, fault: 'error-500' });
  expect(await shop.confirm(payment, key)).toMatchObject({
    status: 500,
    body: { code: 'FAILED_INTERNAL_SYSTEM_PROCESSING' },
  });
  expect(await shop.status(payment.paymentKey)).toBe('IN_PROGRESS');
  expect((await shop.confirm(payment, key)).status).toBe(200);
});

test('timeout-after: no answer, but it was done, and the key has the answer', async () => {
  await using shop = await openTossShop();
  const payment = await shop.paid();
  await shop.fault({ ...confirming, fault: 'timeout-after', delayMs: 1 });
  await expect(shop.confirm(payment, key)).rejects.toThrow('fetch failed');
  expect(await shop.status(payment.paymentKey)).toBe('DONE');
  expect((await shop.confirm(payment, key)).status).toBe(200);
});

test('decline: the bank refuses the payment, for good, or the cancellation', async () => {
  await using shop = await openTossShop();
  const payment = await shop.paid();
  await shop.fault({ ...confirming, fault: 'decline' });
  expect((await shop.confirm(payment)).body['code']).toBe('REJECT_CARD_PAYMENT');
  expect(await shop.status(payment.paymentKey)).toBe('ABORTED');

  const { paymentKey } = await shop.done({ orderId: 'order-2' });
  await shop.fault({ target: 'toss', operation: 'cancel', fault: 'decline' });
  expect(await shop.cancel(paymentKey, whole)).toMatchObject({
    status: 400,
    body: { code: 'REFUND_REJECTED' },
  });
  expect(await shop.status(paymentKey)).toBe('DONE');
});

test('a lookup fails as it is told to', async () => {
  await using shop = await openTossShop();
  await shop.fault({ target: 'toss', operation: 'lookup', fault: 'error-500', times: 2 });
  const statuses: number[] = [];
  for (let call = 0; call < 3; call += 1) statuses.push((await shop.lookup('orders/order-1')).status);
  expect(statuses).toEqual([500, 500, 404]);
});

test('timeout-later: no answer, and it is done when nobody waits any more', async () => {
  await using shop = await openTossShop();
  const payment = await shop.paid();
  await shop.fault({ ...confirming, fault: 'timeout-later', delayMs: 600_000 });
  await expect(shop.confirm(payment)).rejects.toThrow('fetch failed');
  expect(await shop.status(payment.paymentKey)).toBe('IN_PROGRESS');
  expect((await shop.send('GET', '/late-calls')).body).toEqual({ waiting: 1 });
  expect((await shop.send('POST', '/late-calls/land')).body).toEqual({ landed: 1 });
  expect(await shop.status(payment.paymentKey)).toBe('DONE');
  expect((await shop.send('GET', '/late-calls')).body).toEqual({ waiting: 0 });

  await shop.fault({ target: 'toss', operation: 'cancel', fault: 'timeout-later' });
  await expect(shop.cancel(payment.paymentKey, whole)).rejects.toThrow('fetch failed');
  while ((await shop.status(payment.paymentKey)) !== 'CANCELED');
});

test('timeout-later is there for KakaoPay, too', async () => {
  await using shop = await openShop();
  const approval = await shop.agreed();
  const land = () => fetch(`${shop.url}/late-calls/land`, { method: 'POST' });
  const late = { target: 'kakaopay', fault: 'timeout-later', delayMs: 600_000 };
  await shop.fault({ ...late, operation: 'approve' });
  await expect(shop.call('approve', approval)).rejects.toThrow('fetch failed');
  expect(await shop.status(approval.tid)).toBe('AUTH_PASSWORD');
  await land();
  expect(await shop.status(approval.tid)).toBe('SUCCESS_PAYMENT');

  const cancel = { cid: CID, tid: approval.tid, cancel_amount: 22_000, cancel_tax_free_amount: 0 };
  await shop.fault({ ...late, operation: 'cancel' });
  await expect(shop.call('cancel', cancel)).rejects.toThrow('fetch failed');
  expect(await shop.status(approval.tid)).toBe('SUCCESS_PAYMENT');
  await land();
  expect(await shop.status(approval.tid)).toBe('CANCEL_PAYMENT');
});
