import { expect, test } from '@jest/globals';
import { CID, openShop, READY } from './kakaopay.fixture.js';

test('a payment goes from ready over the page to approve', async () => {
  await using shop = await openShop();
  const { status, body } = await shop.call('ready', READY);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    tid: expect.stringMatching(/^T[0-9a-f]{19}$/),
    next_redirect_mobile_url: expect.stringContaining('/mockup/bridge/mobile-web/pg/one-time/payment/'),
    created_at: '2026-11-20T12:00:00',
  });
  const tid = String(body['tid']);
  const page = String(body['next_redirect_pc_url']);
  expect(page).toMatch(/\/kakaopay\/mockup\/bridge\/pc\/pg\/one-time\/payment\/[0-9a-f]{64}$/);
  expect(await shop.status(tid)).toBe('READY');

  expect((await fetch(page)).status).toBe(200);
  expect(await shop.status(tid)).toBe('OPEN_PAYMENT');

  const back = await shop.press(page, 'card');
  expect(back).toMatch(/^http:\/\/shop\.test\/return\?payment=p%201&pg_token=[0-9a-f]{20}$/);
  expect(await shop.status(tid)).toBe('AUTH_PASSWORD');

  shop.passes(60_000);
  const approved = await shop.call('approve', {
    cid: CID,
    tid,
    partner_order_id: 'order-1',
    partner_user_id: 'user-1',
    pg_token: new URL(back).searchParams.get('pg_token'),
    total_amount: 22_000,
    payload: 'of the merchant',
  });
  expect(approved).toMatchObject({
    status: 200,
    body: {
      aid: expect.stringMatching(/^A[0-9a-f]{19}$/),
      tid,
      cid: CID,
      partner_order_id: 'order-1',
      partner_user_id: 'user-1',
      payment_method_type: 'CARD',
      amount: { total: 22_000, tax_free: 0, vat: 2_000, point: 0, discount: 0, green_deposit: 0 },
      card_info: { install_month: '00', interest_free_install: 'N' },
      item_name: 'Sneaker',
      quantity: 2,
      created_at: '2026-11-20T12:00:00',
      approved_at: '2026-11-20T12:01:00',
      payload: 'of the merchant',
    },
  });

  expect((await shop.call('order', { cid: CID, tid })).body).toMatchObject({
    status: 'SUCCESS_PAYMENT',
    canceled_amount: { total: 0 },
    cancel_available_amount: { total: 22_000, vat: 2_000 },
    selected_card_info: { install_month: 0 },
    payment_action_details: [
      {
        aid: approved.body['aid'],
        payment_action_type: 'PAYMENT',
        amount: 22_000,
        payload: 'of the merchant',
      },
    ],
  });
});

test('money pays too, and carries no card', async () => {
  await using shop = await openShop();
  const approval = await shop.agreed({}, 'money');
  const { body } = await shop.call('approve', approval);
  expect(body).toMatchObject({ payment_method_type: 'MONEY' });
  expect(body).not.toHaveProperty('card_info');
});

test('a second approval is refused, and nothing is captured twice', async () => {
  await using shop = await openShop();
  const approval = await shop.agreed();
  expect((await shop.call('approve', approval)).status).toBe(200);
  expect(await shop.call('approve', approval)).toMatchObject({ status: 400, body: { error_code: -702 } });
  const { body } = await shop.call('order', { cid: CID, tid: approval.tid });
  expect(body['payment_action_details']).toHaveLength(1);
});

test.each([
  ['pg_token of another payment', { pg_token: '00000000000000000000' }, -708],
  ['partner_order_id', { partner_order_id: 'order-2' }, -706],
  ['partner_user_id', { partner_user_id: 'user-2' }, -707],
  ['total_amount', { total_amount: 21_999 }, -725],
  ['tid', { tid: 'T0000000000000000000' }, -721],
  ['cid', { cid: 'TC0OTHER00' }, -731],
])(
  'approve with the wrong %s is refused and leaves the payment as it was',
  async (_field, change, error_code) => {
    await using shop = await openShop();
    const approval = await shop.agreed();
    expect(await shop.call('approve', { ...approval, ...change })).toMatchObject({
      status: 400,
      body: { error_code },
    });
    expect(await shop.status(approval.tid)).toBe('AUTH_PASSWORD');
    expect((await shop.call('approve', approval)).status).toBe(200);
  },
);

test('approve before the buyer agreed is refused', async () => {
  await using shop = await openShop();
  const { tid } = await shop.ready();
  const approval = { cid: CID, tid, partner_order_id: 'order-1', partner_user_id: 'user-1', pg_token: 'x' };
  expect((await shop.call('approve', approval)).body).toMatchObject({ error_code: -701 });
});

test('after 15 minutes nothing is approved, and the page leads to fail_url', async () => {
  await using shop = await openShop();
  const approval = await shop.agreed();
  const { page } = await shop.ready();
  shop.passes(15 * 60_000 - 1);
  expect((await fetch(page, { redirect: 'manual' })).status).toBe(200);
  shop.passes(1);
  expect((await shop.call('approve', approval)).body).toMatchObject({ error_code: -723 });
  expect(await shop.press(page, 'card')).toBe(READY.fail_url);
  const response = await fetch(page, { redirect: 'manual' });
  expect([response.status, response.headers.get('location')]).toEqual([303, READY.fail_url]);
});

test.each([
  [null, 400, -400],
  ['SECRET_KEY wrong', 401, -401],
  ['KakaoAK local-only-key', 401, -401],
])('authorization %s is refused', async (authorization, status, error_code) => {
  await using shop = await openShop();
  expect(await shop.call('ready', READY, authorization)).toMatchObject({ status, body: { error_code } });
});

test('a development key is taken too', async () => {
  await using shop = await openShop();
  expect((await shop.call('ready', READY, 'DEV_SECRET_KEY local-only-key')).status).toBe(200);
});

test.each([
  ['cid', 'TC0ONETIM', -731],
  ['partner_order_id', undefined, -726],
  ['partner_user_id', 'u'.repeat(101), -726],
  ['item_name', '', -726],
  ['quantity', 1.5, -722],
  ['total_amount', '22000', -722],
  ['total_amount', 0, -722],
  ['tax_free_amount', 22_001, -722],
  ['vat_amount', 22_001, -722],
  ['approval_url', 'javascript:alert(1)', -726],
  ['fail_url', `http://shop.test/${'x'.repeat(240)}`, -726],
  ['payment_method_type', 'CASH', -705],
  ['install_month', 13, -726],
])('ready refuses %s %p', async (field, value, error_code) => {
  await using shop = await openShop();
  const { status, body } = await shop.call('ready', { ...READY, [field]: value });
  expect([status, body['error_code']]).toEqual([400, error_code]);
});

test('ready takes the longest values that are documented', async () => {
  await using shop = await openShop();
  const longest = { partner_order_id: 'o'.repeat(100), item_name: '한'.repeat(100), install_month: 12 };
  expect((await shop.call('ready', { ...READY, ...longest })).status).toBe(200);
});

test('what is not JSON, too long or elsewhere is refused', async () => {
  await using shop = await openShop();
  expect(await shop.call('ready', '{')).toMatchObject({ status: 400, body: { error_code: -726 } });
  expect((await shop.call('ready', 'x'.repeat(65 * 1024))).status).toBe(413);
  expect(await shop.call('nowhere', {})).toMatchObject({ status: 404, body: { error_code: -404 } });
});
