import { expect, test } from '@jest/globals';
import { CID, openShop, READY } from './kakaopay.fixture.js';

test('the page is a plain form, and shows the merchant’s text as text', async () => {
  await using shop = await openShop();
  const { page } = await shop.ready({ item_name: `<script>alert("1")</script>&'` });
  const html = await (await fetch(page)).text();
  expect(html).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;');
  expect(html).not.toContain('<script');
  expect(html).toContain(`<form method="post" action="${new URL(page).pathname}">`);
  expect(html).toContain('₩22,000');
});

test('a second press, of whatever button, leads where the first one led', async () => {
  await using shop = await openShop();
  const { tid, page } = await shop.ready();
  const pressed = await Promise.all([
    shop.press(page, 'card'),
    shop.press(page, 'card'),
    shop.press(page, 'cancel'),
  ]);
  expect(new Set(pressed)).toEqual(new Set([expect.stringContaining('pg_token=')]));
  expect(new Set(pressed).size).toBe(1);
  expect(await shop.status(tid)).toBe('AUTH_PASSWORD');
});

test('an empty form pays', async () => {
  await using shop = await openShop();
  const { page } = await shop.ready();
  expect(await shop.press(page)).toContain('pg_token=');
});

test.each([
  ['cancel', READY.cancel_url, 'QUIT_PAYMENT'],
  ['fail', READY.fail_url, 'FAIL_PAYMENT'],
])('%s leads back and ends the payment', async (choice, url, status) => {
  await using shop = await openShop();
  const { tid, page } = await shop.ready();
  expect(await shop.press(page, choice)).toBe(url);
  expect(await shop.status(tid)).toBe(status);
  const approval = { cid: CID, tid, partner_order_id: 'order-1', partner_user_id: 'user-1', pg_token: 'x' };
  expect((await shop.call('approve', approval)).body).toMatchObject({ error_code: -783 });
});

test('a card that its bank refuses fails at approve, for good', async () => {
  await using shop = await openShop();
  const approval = await shop.agreed({}, 'refused');
  expect(await shop.call('approve', approval)).toMatchObject({
    status: 400,
    body: { error_code: -780, extras: { method_result_code: 'CARD_REFUSED' } },
  });
  expect(await shop.status(approval.tid)).toBe('FAIL_PAYMENT');
});

test('a shop that takes cards only is not paid in money', async () => {
  await using shop = await openShop();
  const { tid, page } = await shop.ready({ payment_method_type: 'CARD' });
  expect(await (await fetch(page)).text()).not.toContain('value="money"');
  expect(await shop.press(page, 'money')).toBe('status 400');
  expect(await shop.status(tid)).toBe('OPEN_PAYMENT');
});

test('an unknown choice or page is refused', async () => {
  await using shop = await openShop();
  const { page } = await shop.ready();
  expect(await shop.press(page, 'steal')).toBe('status 400');
  expect(await shop.press(page.replace(/.{64}$/, '0'.repeat(64)), 'card')).toBe('status 404');
});

test('pg_token joins an approval_url with a fragment, or without a query', async () => {
  await using shop = await openShop();
  const { page } = await shop.ready({ approval_url: 'http://shop.test/return#top' });
  expect(await shop.press(page, 'card')).toMatch(/^http:\/\/shop\.test\/return\?pg_token=[0-9a-f]{20}#top$/);
});
