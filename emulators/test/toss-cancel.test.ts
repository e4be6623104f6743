import { expect, test } from '@jest/globals';
import { openTossShop } from './toss.fixture.js';

const reason = { cancelReason: 'changed mind' };

test('a payment is given back in whole, once', async () => {
  await using shop = await openTossShop();
  const { paymentKey } = await shop.done();
  shop.passes(1_000);
  expect(await shop.cancel(paymentKey, { ...reason, refundableAmount: 22_000 })).toMatchObject({
    status: 200,
    body: {
      status: 'CANCELED',
      totalAmount: 22_000,
      balanceAmount: 0,
      suppliedAmount: 0,
      vat: 0,
      cancels: [
        {
          cancelAmount: 22_000,
          refundableAmount: 0,
          cancelReason: 'changed mind',
          cancelStatus: 'DONE',
          canceledAt: '2026-11-20T12:00:01+09:00',
        },
      ],
    },
  });
  expect(await shop.cancel(paymentKey, reason)).toMatchObject({
    status: 400,
    body: { code: 'ALREADY_CANCELED_PAYMENT' },
  });
});

test('a payment is given back in parts, and never more than was paid', async () => {
  await using shop = await openTossShop();
  const { paymentKey } = await shop.done({ taxFreeAmount: '11000' });
  const part = { ...reason, cancelAmount: 8_000, taxFreeAmount: 4_000 };
  const said: unknown[] = [];
  for (const body of [
    { ...part, cancelAmount: 22_001 },
    part,
    { ...part, cancelAmount: 14_001, taxFreeAmount: 7_000 },
    { ...part, refundableAmount: 22_000 },
    { ...part, taxFreeAmount: 7_001 },
    { ...part, cancelAmount: 8_000, taxFreeAmount: 0 },
    { ...part, cancelAmount: 0 },
    { cancelAmount: 1_000 },
    { ...part, cancelAmount: 14_000, refundableAmount: 14_000 },
  ]) {
    const answer = await shop.cancel(paymentKey, body);
    said.push(answer.body['code'] ?? answer.body['status']);
  }
  expect(said).toEqual([
    'NOT_CANCELABLE_AMOUNT',
    'PARTIAL_CANCELED',
    'NOT_CANCELABLE_AMOUNT',
    'NOT_MATCHES_REFUNDABLE_AMOUNT',
    'INVALID_REQUEST',
    'INVALID_REQUEST',
    'INVALID_REQUEST',
    'INVALID_REQUEST',
    'CANCELED',
  ]);
  expect((await shop.lookup(paymentKey)).body['cancels']).toMatchObject([
    { cancelAmount: 8_000, taxFreeAmount: 4_000, refundableAmount: 14_000 },
    { cancelAmount: 14_000, taxFreeAmount: 7_000, refundableAmount: 0 },
  ]);
});

test('what was not paid, or is unknown, cannot be given back', async () => {
  await using shop = await openTossShop();
  const { paymentKey } = await shop.paid();
  expect(await shop.cancel(paymentKey, reason)).toMatchObject({
    status: 403,
    body: { code: 'NOT_CANCELABLE_PAYMENT' },
  });
  expect(await shop.cancel('unknown', reason)).toMatchObject({
    status: 404,
    body: { code: 'NOT_FOUND_PAYMENT' },
  });
});
