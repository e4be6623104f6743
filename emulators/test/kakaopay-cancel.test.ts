import { expect, test } from '@jest/globals';
import { CID, openShop } from './kakaopay.fixture.js';

const whole = { cid: CID, cancel_amount: 22_000, cancel_tax_free_amount: 0 };

test('a payment is given back in whole, once', async () => {
  await using shop = await openShop();
  const tid = await shop.paid();
  expect(await shop.call('cancel', { ...whole, tid, cancel_available_amount: 22_000 })).toMatchObject({
    status: 200,
    body: {
      status: 'CANCEL_PAYMENT',
      approved_cancel_amount: { total: 22_000, vat: 2_000 },
      canceled_amount: { total: 22_000, vat: 2_000 },
      cancel_available_amount: { total: 0, vat: 0 },
      canceled_at: '2026-11-20T12:00:00',
    },
  });
  expect(await shop.status(tid)).toBe('CANCEL_PAYMENT');
  expect(await shop.call('cancel', { ...whole, tid })).toMatchObject({
    status: 400,
    body: { error_code: -784 },
  });
});

test('a payment is given back in parts, and never more than was paid', async () => {
  await using shop = await openShop();
  const tid = await shop.paid({ tax_free_amount: 11_000 });
  const part = { cid: CID, tid, cancel_amount: 8_000, cancel_tax_free_amount: 4_000 };
  const codes: unknown[] = [];
  for (const body of [
    { ...part, cancel_amount: 22_001 },
    part,
    { ...part, cancel_amount: 14_001, cancel_tax_free_amount: 7_000 },
    { ...part, cancel_available_amount: 22_000 },
    { ...part, cancel_tax_free_amount: 7_001 },
    { ...part, cancel_amount: 14_000, cancel_tax_free_amount: 7_000, cancel_available_amount: 14_000 },
  ]) {
    const answer = await shop.call('cancel', body);
    codes.push(answer.body['error_code'] ?? answer.body['status']);
  }
  expect(codes).toEqual([-711, 'PART_CANCEL_PAYMENT', -710, -722, -722, 'CANCEL_PAYMENT']);

  const { body } = await shop.call('order', { cid: CID, tid });
  expect(body).toMatchObject({
    status: 'CANCEL_PAYMENT',
    canceled_amount: { total: 22_000, tax_free: 11_000, vat: 1_000 },
    cancel_available_amount: { total: 0, tax_free: 0, vat: 0 },
    payment_action_details: [
      { payment_action_type: 'PAYMENT', amount: 22_000 },
      { payment_action_type: 'CANCEL', amount: 8_000 },
      { payment_action_type: 'CANCEL', amount: 14_000 },
    ],
  });
});

test('what was not paid, or is unknown, cannot be given back', async () => {
  await using shop = await openShop();
  const { tid } = await shop.agreed();
  expect((await shop.call('cancel', { ...whole, tid })).body).toMatchObject({ error_code: -784 });
  expect((await shop.call('cancel', { ...whole, tid: 'T0000000000000000000' })).body).toMatchObject({
    error_code: -721,
  });
  expect((await shop.call('order', { cid: CID, tid: 'T0000000000000000000' })).body).toMatchObject({
    error_code: -721,
  });
});

test('a deposit is given back in whole only', async () => {
  await using shop = await openShop();
  const tid = await shop.paid({ green_deposit: 300 });
  expect((await shop.call('cancel', { ...whole, tid, cancel_amount: 1_000 })).body).toMatchObject({
    error_code: -784,
  });
  expect((await shop.call('cancel', { ...whole, tid })).status).toBe(200);
});
