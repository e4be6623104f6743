import { expect, test } from '@jest/globals';
import { openTossShop, ORDER } from './toss.fixture.js';

test('the window is a plain form, and shows the merchant’s text as text', async () => {
  await using shop = await openTossShop();
  const orderName = `<script>alert("1")</script>&'`;
  const response = await fetch(shop.windowAddress({ orderName }));
  const html = await response.text();
  expect(html).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;');
  expect(html).not.toContain('<script');
  expect(html).toContain(`<form method="post" action="${new URL(response.url).pathname}">`);
  expect(html).toContain('₩22,000');
});

test('a second press, of whatever button, leads where the first one led', async () => {
  await using shop = await openTossShop();
  const own = await shop.visit(shop.windowAddress(), undefined, 'GET');
  const pressed = [
    await shop.visit(own, 'card'),
    await shop.visit(own, 'cancel'),
    await shop.visit(own, '', 'GET'),
  ];
  expect(pressed[0]).toContain('paymentKey=');
  expect(new Set(pressed).size).toBe(1);
  expect(await shop.status('orders/order-1')).toBe('IN_PROGRESS');
});

test('an empty form pays', async () => {
  await using shop = await openTossShop();
  expect(await shop.visit(shop.windowAddress())).toContain('paymentKey=');
});

test.each([
  ['cancel', 'PAY_PROCESS_CANCELED', null],
  ['fail', 'PAY_PROCESS_ABORTED', 'order-1'],
])('“%s” leads to failUrl with %s', async (choice, code, orderId) => {
  await using shop = await openTossShop();
  const back = await shop.visit(shop.windowAddress(), choice);
  expect(back.startsWith(`${ORDER.failUrl}&code=${code}&message=%`)).toBe(true);
  expect(new URL(back).searchParams.get('orderId')).toBe(orderId);
  expect((await shop.lookup('orders/order-1')).body).toMatchObject({ status: 'ABORTED', failure: { code } });
});

test('a window lives for half an hour, and leads to failUrl after it', async () => {
  await using shop = await openTossShop();
  const own = await shop.visit(shop.windowAddress(), undefined, 'GET');
  shop.passes(30 * 60_000 - 1);
  expect(await shop.visit(own, '', 'GET')).toBe('status 200');
  shop.passes(1);
  expect(await shop.visit(own, 'card')).toContain('code=NOT_FOUND_PAYMENT_SESSION');
  expect(await shop.status('orders/order-1')).toBe('EXPIRED');
});

test.each([
  ['amount', '99', 'BELOW_MINIMUM_AMOUNT'],
  ['amount', '2147483648', 'EXCEED_MAX_AMOUNT'],
])('%s %s leads to failUrl with %s', async (field, value, code) => {
  await using shop = await openTossShop();
  const back = await shop.visit(shop.windowAddress({ [field]: value }));
  expect(Object.fromEntries(new URL(back).searchParams)).toMatchObject({ code, orderId: 'order-1' });
});

test('100 won are enough', async () => {
  await using shop = await openTossShop();
  expect((await shop.paid({ amount: '100' })).amount).toBe(100);
});

test.each([
  ['clientKey', 'local-only-other'],
  ['clientKey', undefined],
  ['method', 'TRANSFER'],
  ['currency', 'USD'],
  ['amount', '1.5'],
  ['taxFreeAmount', '22001'],
  ['orderId', 'short'],
  ['orderId', 'o'.repeat(65)],
  ['orderId', 'order 1'],
  ['orderName', 'n'.repeat(101)],
  ['successUrl', '/return'],
  ['failUrl', 'javascript:alert(1)'],
])('a window is not opened with the %s %p', async (field, value) => {
  await using shop = await openTossShop();
  expect(await shop.visit(shop.windowAddress({ [field]: value }))).toBe('status 400');
});
