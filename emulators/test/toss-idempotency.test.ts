import { expect, test } from '@jest/globals';
import { basic, openTossShop } from './toss.fixture.js';

const DAY = 24 * 3_600_000;
const key = { 'Idempotency-Key': 'k-1' };
const part = { cancelReason: 'changed mind', cancelAmount: 1_000 };

test('a key is answered as it was the first time, and nothing is done again', async () => {
  await using shop = await openTossShop();
  const { paymentKey } = await shop.done();
  const first = await shop.cancel(paymentKey, part, key);
  expect(await shop.cancel(paymentKey, part, key)).toEqual(first);
  // Bodies are not compared.
  expect(await shop.cancel(paymentKey, { ...part, cancelAmount: 2_000 }, key)).toEqual(first);
  expect((await shop.lookup(paymentKey)).body['balanceAmount']).toBe(21_000);
});

test('an error is answered again, too, even when it would no longer be one', async () => {
  await using shop = await openTossShop();
  const payment = await shop.paid();
  expect((await shop.confirm({ ...payment, amount: 1 }, key)).status).toBe(400);
  expect((await shop.confirm(payment, key)).body['code']).toBe('INVALID_REQUEST');
  expect((await shop.confirm(payment, { 'Idempotency-Key': 'k-2' })).status).toBe(200);
});

test('the same key of another address or secret key is another key', async () => {
  await using shop = await openTossShop();
  const [one, two] = [await shop.done(), await shop.done({ orderId: 'order-2' })];
  for (const { paymentKey } of [one, two]) {
    const other = { ...key, authorization: basic('local-only-other') };
    const answered = [await shop.cancel(paymentKey, part, key), await shop.cancel(paymentKey, part, other)];
    expect(answered).toMatchObject([
      { body: { paymentKey, balanceAmount: 21_000 } },
      { body: { paymentKey, balanceAmount: 20_000 } },
    ]);
  }
});

test('a key is new again after 15 days', async () => {
  await using shop = await openTossShop();
  const { paymentKey } = await shop.done();
  const balance = async () => (await shop.cancel(paymentKey, part, key)).body['balanceAmount'];
  expect(await balance()).toBe(21_000);
  shop.passes(15 * DAY - 1);
  expect(await balance()).toBe(21_000);
  shop.passes(1);
  expect(await balance()).toBe(20_000);
});

test('a key has 300 characters at most, and a GET ignores it', async () => {
  await using shop = await openTossShop();
  const payment = await shop.paid();
  const long = { 'Idempotency-Key': 'k'.repeat(301) };
  expect(await shop.confirm(payment, long)).toMatchObject({
    status: 400,
    body: { code: 'INVALID_IDEMPOTENCY_KEY' },
  });
  expect((await shop.lookup(payment.paymentKey, long)).status).toBe(200);
  expect((await shop.confirm(payment, { 'Idempotency-Key': 'k'.repeat(300) })).status).toBe(200);
});

test('while the first call of a key is carried out, the others are told to wait', async () => {
  await using shop = await openTossShop();
  const payment = await shop.paid();
  await shop.fault({ target: 'toss', operation: 'confirm', fault: 'timeout-later', delayMs: 600_000 });
  await expect(shop.confirm(payment, key)).rejects.toThrow('fetch failed');
  expect(await shop.confirm(payment, key)).toMatchObject({
    status: 409,
    body: { code: 'IDEMPOTENT_REQUEST_PROCESSING' },
  });
  await shop.send('POST', '/late-calls/land');
  expect(await shop.confirm(payment, key)).toMatchObject({ status: 200, body: { status: 'DONE' } });
});
