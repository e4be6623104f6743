import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { SERVICES } from '@stampede/shared/database';
import {
  Buyer,
  eventually,
  openShop,
  openSpanCollector,
  type CollectedSpan,
  type Shop,
  type SpanCollector,
} from '@stampede/shared/testing';
import { followsOrder } from './follows-order.js';
import { watchesStock } from './watches-stock.js';

let shop: Shop;
let collector: SpanCollector;
beforeAll(async () => {
  collector = await openSpanCollector();
  const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '50' };
  const env = { gateway: traced, user: traced, catalog: traced, order: traced, payment: traced };
  shop = await openShop({ stock: 10, limitPerBuyer: 2, env });
});
afterAll(async () => {
  await shop[Symbol.asyncDispose]();
  await collector[Symbol.asyncDispose]();
});

test('a purchase ends CONFIRMED, told by all four subgraphs in one query', async () => {
  const buyer = await shop.buyer();
  const order = await buyer.buys([{ productId: shop.product.id, quantity: 2 }]);
  expect(order).toMatchObject({
    buyer: { id: buyer.id, name: 'Test 1' },
    total: { amount: 200_000 },
    lines: [
      {
        productName: 'Test sneaker',
        quantity: 2,
        subtotal: { amount: 200_000 },
        product: { name: 'Test sneaker', seller: { displayName: 'Test Brand' } },
      },
    ],
    payments: [{ status: 'APPROVED', amount: { amount: 200_000 } }],
    timeline: [{ status: 'PENDING_PAYMENT' }, { status: 'PAID' }, { status: 'CONFIRMED' }],
  });
  await shop.invariants();
});

test('a purchase is one trace, from the click to the letter, and tells nothing of the buyer', async () => {
  const { account } = await shop.buyer();
  const traceId = 'c11c'.repeat(8);
  const click = '00000000000000aa';
  const buyer = new Buyer(account, {
    ...shop.client,
    // Of a stranger's `traceparent`, the flag that it is not sampled counts for nothing either.
    send: (query, variables, headers) =>
      shop.client.send(query, variables, { ...headers, traceparent: `00-${traceId}-${click}-00` }),
  });
  const { id } = await buyer.places([{ productId: shop.product.id, quantity: 1 }], 'traced-1');
  const { paymentId, token } = await buyer.paysAtProvider(id);
  const approved = await buyer.approvePayment(paymentId, token);
  expect(approved.headers['x-trace-id']).toBe(traceId);
  await buyer.seesConfirmed(id);

  await eventually(() => {
    const spans = collector.spans.filter((span) => span.traceId === traceId);
    const known = new Set([click, ...spans.map(({ spanId }) => spanId)]);
    expect(spans.filter(({ parentSpanId = '' }) => !known.has(parentSpanId))).toEqual([]);
    const edges = edgesOf(spans);
    expect(PURCHASE.filter((edge) => !edges.has(edge))).toEqual([]);
  });
  const ofOrder = collector.spans.filter((span) => span.attributes['stampede.order.id'] === id);
  expect(new Set(ofOrder.map((span) => span.service))).toEqual(
    new Set(['order', 'catalog', 'payment', 'user']),
  );
  const sent = collector.bodies.join();
  for (const secret of [account.id, account.email, account.accessToken, token, 'Test 1', 'traced-1']) {
    expect(sent).not.toContain(secret);
  }
});

/** How a purchase goes through the house: each step, and what it is part of. */
const PURCHASE = [
  'gateway: mutation checkout < 00000000000000aa',
  'gateway: order ask < gateway: mutation checkout',
  'order: mutation checkout < gateway: order ask',
  'order: stock probe < order: mutation checkout',
  'order: lock < order: mutation checkout',
  'order: stock reserve < order: mutation checkout',
  'order: publish order.placed < order: mutation checkout',
  'gateway: mutation startPayment < 00000000000000aa',
  'payment: kakaopay prepare < payment: mutation startPayment',
  'gateway: mutation approvePayment < 00000000000000aa',
  'payment: mutation approvePayment < gateway: payment ask',
  'order: mutation markDeciding < payment: order ask',
  'payment: kakaopay approve < payment: mutation approvePayment',
  'payment: publish payment.approved < payment: mutation approvePayment',
  'order: process order.payment.approved < payment: publish payment.approved',
  'order: publish order.paid < order: process order.payment.approved',
  'catalog: process catalog.order.paid < order: publish order.paid',
  'catalog: publish stock.committed < catalog: process catalog.order.paid',
  'order: process order.stock.committed < catalog: publish stock.committed',
  'order: publish order.confirmed < order: process order.stock.committed',
  'payment: process payment.order.confirmed < order: publish order.confirmed',
  'user: process user.order.confirmed < order: publish order.confirmed',
];

test('a product has a page of its own, for who comes by a link, and it is in the trace of who came', async () => {
  const traceId = 'da7e'.repeat(8);
  const headers = { traceparent: `00-${traceId}-00000000000000aa-01` };
  const show = async (id: string) => {
    const response = await fetch(`${shop.gatewayUrl}/products/${id}`, { headers });
    return { status: response.status, text: await response.text() };
  };
  const { status, text } = await show(shop.product.id);
  expect(status).toBe(200);
  expect(text).toContain('<h1>Test sneaker</h1>');
  expect(text).toContain('₩100,000');
  expect((await show('nothing')).status).toBe(404);
  await eventually(() => {
    const spans = collector.spans.filter((span) => span.traceId === traceId);
    const pages = spans.filter(({ attributes }) => attributes['http.route'] === '/products/:id');
    expect(pages.map(({ attributes }) => attributes['http.response.status_code'])).toEqual([200, 404]);
    expect(spans.map(({ service }) => service)).toContain('catalog');
  });
});

test('a buyer who follows an order sees every step of it and of its payment', async () => {
  const buyer = await shop.buyer();
  const { id } = await buyer.places([{ productId: shop.product.id, quantity: 1 }]);
  await using following = await followsOrder(shop, buyer, id);
  const sees = (status: string, ...payments: string[]) =>
    eventually(() => expect(following.seen.at(-1)).toEqual({ status, payments }));
  await sees('PENDING_PAYMENT');
  const { paymentId, token } = await buyer.paysAtProvider(id);
  await sees('PENDING_PAYMENT', 'READY');
  await buyer.approvePayment(paymentId, token);
  await sees('CONFIRMED', 'APPROVED');
  await buyer.cancelOrder(id);
  await sees('REFUNDED', 'REFUNDED');
  expect([...new Set(following.seen.map(({ status }) => status))]).toEqual(
    expect.arrayContaining(['PENDING_PAYMENT', 'CONFIRMED', 'REFUNDED']),
  );
  await shop.invariants();
});

test('the same key gives the same order again, and another basket under it is a conflict', async () => {
  const buyer = await shop.buyer();
  const line = { productId: shop.product.id, quantity: 1 };
  const [first, second] = await Promise.all([
    buyer.places([line], 'same-key-1'),
    buyer.places([line], 'same-key-1'),
  ]);
  expect(second.id).toBe(first.id);
  const conflict = await buyer.checkout([{ ...line, quantity: 2 }], 'same-key-1');
  expect(conflict.errors?.[0]?.extensions.code).toBe('IDEMPOTENCY_CONFLICT');
  const { data } = await buyer.send('{ orders { totalCount edges { node { id } } } }');
  expect(data.orders).toEqual({ totalCount: 1, edges: [{ node: { id: first.id } }] });
  await shop.invariants();
});

test('two baskets without a product in common under one key end as one order', async () => {
  const other = await shop.createProduct({ stock: 5 });
  const buyer = await shop.buyer();
  const answers = await Promise.all([
    buyer.checkout([{ productId: shop.product.id, quantity: 1 }], 'same-key-2'),
    buyer.checkout([{ productId: other.id, quantity: 1 }], 'same-key-2'),
  ]);
  const outcomes = answers.map(
    ({ data, errors }) => data?.checkout?.__typename ?? errors?.[0]?.extensions.code,
  );
  expect(new Set(outcomes)).toEqual(new Set(['IDEMPOTENCY_CONFLICT', 'Order']));
  await shop.invariants();
});

test('a basket of several products is held whole, or not at all', async () => {
  const scarce = await shop.createProduct({ stock: 1, name: 'Scarce' });
  const plenty = await shop.createProduct({ stock: 100, name: 'Plenty' });
  const lines = [scarce, plenty].map(({ id }) => ({ productId: id, quantity: 1 }));
  const [winner, loser] = await shop.accounts(2);
  const won = await winner!.buys(lines);
  expect(won.lines).toHaveLength(2);
  const { data } = await loser!.checkout(lines, 'whole-or-none');
  expect(data.checkout).toMatchObject({ __typename: 'SoldOut', productId: scarce.id, available: 0 });
  // What was held of the other product has come back, and the key may be used again.
  await shop.invariants();
  const retried = await loser!.checkout([lines[1]!], 'whole-or-none');
  expect(retried.data.checkout.__typename).toBe('Order');
});

test('the end of a hold is seen by its buyer and by every viewer, and its units are sold to the next', async () => {
  const product = await shop.createProduct({ stock: 1 });
  const [slow, quick] = await shop.accounts(2);
  const line = { productId: product.id, quantity: 1 };
  await using watching = await watchesStock(shop, product.id);
  const { id } = await slow!.places([line]);
  await using following = await followsOrder(shop, slow!, id);
  expect((await quick!.checkout([line])).data.checkout.__typename).toBe('SoldOut');
  const sees = (status: string, available: number, held: number) =>
    eventually(() => {
      expect(following.seen.at(-1)?.status).toBe(status);
      expect(watching.seen.at(-1)).toEqual({ total: 1, available, held, sold: 0 });
    });
  await sees('PENDING_PAYMENT', 0, 1);
  await shop.sql('order').run('UPDATE orders SET pay_by = now() WHERE id = $1', [id]);
  await sees('EXPIRED', 1, 0);
  // By the end itself: the sweep of what is held for nobody, seconds later, would have said so.
  expect(shop.services.order.log()).not.toContain('gave back what was held for no order');
  const expired = await slow!.seesOrder(id, 'EXPIRED');
  expect(expired.timeline.map((event: { status: string }) => event.status)).toEqual([
    'PENDING_PAYMENT',
    'EXPIRED',
  ]);
  await shop.invariants();
  await quick!.buys([line]);
  const late = await slow!.startPayment(id);
  expect(late.data.startPayment.__typename).toBe('OrderNotPayable');
});

test('an expired order keeps its key: asking again gives it back, and holds nothing', async () => {
  const product = await shop.createProduct({ stock: 3 });
  const buyer = await shop.buyer();
  const line = { productId: product.id, quantity: 1 };
  const { id } = await buyer.places([line], 'expired-key');
  await shop.sql('order').run('UPDATE orders SET pay_by = now() WHERE id = $1', [id]);
  await buyer.seesOrder(id, 'EXPIRED');
  await shop.invariants();
  // Redis forgets the ended id in a rebuild; PostgreSQL does not.
  await shop.redis.del(`${shop.namespace}:{p:${product.id}}:stock`);
  const again = await buyer.checkout([line], 'expired-key');
  expect(again.data.checkout).toMatchObject({ __typename: 'Order', id, status: 'EXPIRED' });
  await shop.invariants();
});

test('its buyer cancels an unpaid order at once', async () => {
  const product = await shop.createProduct({ stock: 1 });
  const buyer = await shop.buyer();
  const { id } = await buyer.places([{ productId: product.id, quantity: 1 }]);
  const { paymentId, token } = await buyer.paysAtProvider(id);
  expect((await buyer.cancelOrder(id)).data.cancelOrder).toMatchObject({
    __typename: 'Order',
    status: 'CANCELLED',
  });
  const paid = await buyer.approvePayment(paymentId, token);
  expect(paid.data.approvePayment.__typename).toBe('OrderNotPayable');
  expect((await shop.providerCalls(id)).approve).toBe(0);
  await shop.invariants();
});

test('a confirmed order is cancelled by its refund policy: money and units come back', async () => {
  const product = await shop.createProduct({
    stock: 1,
    usedOn: new Date(Date.now() + 5 * 24 * 60 * 60_000),
    refundTiers: [
      { daysBefore: 10, percent: 100 },
      { daysBefore: 3, percent: 50 },
    ],
  });
  const buyer = await shop.buyer();
  const { id, refundQuote } = await buyer.buys([{ productId: product.id, quantity: 1 }]);
  expect(refundQuote).toEqual({ amount: 50_000 });
  await buyer.cancelOrder(id);
  const order = await buyer.seesOrder(id, 'REFUNDED');
  expect(order.refunded).toEqual({ amount: 50_000 });
  expect(order.payments).toMatchObject([{ status: 'PARTIALLY_REFUNDED', refunded: { amount: 50_000 } }]);
  await shop.invariants();
  await buyer.buys([{ productId: product.id, quantity: 1 }]);
});

test('a lost Redis is rebuilt from PostgreSQL: holds, sales and limits are as before', async () => {
  const product = await shop.createProduct({ stock: 4, limitPerBuyer: 1 });
  const [owner, holder, next] = await shop.accounts(3);
  const line = { productId: product.id, quantity: 1 };
  await owner!.buys([line]);
  const held = await holder!.places([line]);
  await shop.invariants();
  const keys = await shop.redis.keys(`${shop.namespace}:{p:${product.id}}:*`);
  await shop.redis.del(...keys);
  expect((await owner!.checkout([line])).data.checkout.__typename).toBe('LimitExceeded');
  await next!.buys([line]);
  const { paymentId, token } = await holder!.paysAtProvider(held.id);
  await holder!.approvePayment(paymentId, token);
  await holder!.seesOrder(held.id, 'CONFIRMED');
  await shop.invariants();
});

test('serves on while every table gets another column, as by the migration of a newer version', async () => {
  const product = await shop.createProduct({ stock: 4 });
  const buyers = await shop.accounts(4);
  const buys = (buyer: Buyer) => buyer.buys([{ productId: product.id, quantity: 1 }]);
  // What it does is prepared by now, on the connections that go on to do it.
  await buys(buyers[0]!);
  for (const schema of SERVICES) {
    const tables = await shop
      .sql(schema)
      .query<{ name: string }>(`SELECT tablename AS name FROM pg_tables WHERE schemaname = $1`, [schema]);
    expect(tables.length).toBeGreaterThan(5);
    for (const { name } of tables) await shop.sql(schema).run(`ALTER TABLE "${name}" ADD COLUMN newer text`);
  }
  const orders = await Promise.all(buyers.slice(1).map(buys));
  expect(orders.map((order) => order.status)).toEqual(['CONFIRMED', 'CONFIRMED', 'CONFIRMED']);
  await shop.invariants();
  const logs = Object.values(shop.services).map((service) => service.log());
  expect(logs.join('\n')).not.toContain('cached plan must not change result type');
});

/** What is done for some step in whatever way: alone or together with others, by the short way or the long one. */
const WAYS = /^transaction |^together$|^plan and execute$/;

/** `SERVICE: NAME < SERVICE: NAME OF WHAT IT IS PART OF`. */
function edgesOf(spans: CollectedSpan[]): Set<string> {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const stepAbove = ({ parentSpanId = '' }: CollectedSpan): string => {
    const parent = byId.get(parentSpanId);
    if (!parent) return parentSpanId;
    return WAYS.test(parent.name) ? stepAbove(parent) : `${parent.service}: ${parent.name}`;
  };
  return new Set(spans.map((span) => `${span.service}: ${span.name} < ${stepAbove(span)}`));
}
