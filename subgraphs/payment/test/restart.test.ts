import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  eventually,
  openShop,
  openTcpProxy,
  through,
  type Shop,
  type TcpProxy,
  type Wire,
} from '@stampede/shared/testing';
import {
  agrees,
  approves,
  atProvider,
  decidingPayment,
  hurry,
  seesPayments,
  type Agreed,
} from './paying.fixture.js';

let broker: TcpProxy;
/** Of the order service alone. */
const ordersOwn: Record<string, TcpProxy> = {};
let shop: Shop;
beforeAll(async () => {
  const url = String(process.env.AMQP_URL);
  broker = await openTcpProxy(url);
  const wire: Wire = async (from, to, led) => {
    if (from !== 'order' || (to !== 'postgresql' && to !== 'redis')) return led;
    const proxy = (ordersOwn[to] = await openTcpProxy(led));
    return through(proxy, led);
  };
  // Hints would settle by themselves what the next process has to.
  const emulators = { TOSS_WEBHOOK_URL: '' };
  shop = await openShop({ amqpUrl: through(broker, url), env: { emulators }, wire });
});
afterEach(async () => {
  for (const operation of ['approve', 'cancel'] as const) await shop.fault({ operation, fault: 'none' });
  for (const operation of ['confirm', 'cancel'] as const) {
    await shop.fault({ target: 'toss', operation, fault: 'none' });
  }
});
afterAll(async () => {
  await shop[Symbol.asyncDispose]();
  for (const proxy of [broker, ...Object.values(ordersOwn)]) await proxy[Symbol.asyncDispose]();
});

async function dies(service: 'payment' | 'order'): Promise<void> {
  await shop.services[service].stop('SIGKILL');
}

async function comesBack(service: Service): Promise<void> {
  shop.services[service].start();
  await shop.services[service].ready();
}

/** How often each provider was asked to take the money. */
async function approvals({ orderId }: Agreed, { paymentId }: Agreed) {
  return {
    KAKAOPAY: (await shop.providerCalls(orderId)).approve,
    TOSS_PAYMENTS: (await shop.tossCalls(paymentId)).confirm,
  };
}

test.each([
  ['timeout-before', 2],
  ['timeout-after', 1],
] as const)(
  'a payment whose process dies while the provider works (%s) is settled by the next one',
  async (fault, asked) => {
    const kakaopay = await agrees(shop);
    const toss = await agrees(shop, 'card', 'TOSS_PAYMENTS');
    const both = [kakaopay, toss];
    await shop.fault({ operation: 'approve', fault });
    await shop.fault({ target: 'toss', operation: 'confirm', fault });
    const unanswered = both.map((payment) => approves(payment));
    await eventually(async () =>
      expect(await approvals(kakaopay, toss)).toEqual({ KAKAOPAY: 1, TOSS_PAYMENTS: 1 }),
    );
    await dies('payment');
    for (const answer of unanswered) expect(await answer).toEqual({ errors: ['SERVICE_UNAVAILABLE'] });
    await comesBack('payment');
    for (const payment of both) expect((await approves(payment)).__typename).toBe('PaymentPending');
    for (const { buyer, orderId, paymentId } of both) {
      await hurry(shop, paymentId);
      await buyer.seesOrder(orderId, 'CONFIRMED');
      expect(await atProvider(shop, paymentId)).toEqual({ taken: [100_000], givenBack: [] });
    }
    expect(await approvals(kakaopay, toss)).toEqual({ KAKAOPAY: asked, TOSS_PAYMENTS: asked });
    await shop.invariants();
  },
);

type Service = 'catalog' | 'order' | 'payment';

/** Starts it so that it dies at a crash point; ends the one that runs. */
async function startsToDieAt(service: Service, point: string): Promise<void> {
  await shop.services[service].stop('SIGKILL');
  shop.services[service].start({ CRASH_AT: point });
}

async function willDieAt(service: Service, point: string): Promise<void> {
  await startsToDieAt(service, point);
  await shop.services[service].ready();
}

/** What a relay that died had in hand is published now rather than when its lease ends. */
const endOutboxLeases = (service: Service) =>
  shop.sql(service).run('UPDATE outbox SET leased_until = NULL WHERE published_at IS NULL');

test('one purchase goes on though each service that it passes dies at one step after the other', async () => {
  const { catalog, order, payment } = shop.services;
  const buyer = await shop.buyer();
  const { id: productId } = await shop.createProduct({ stock: 1 });
  const checkOut = async () => {
    const { data, errors } = await buyer.checkout([{ productId, quantity: 1 }], 'pressed-again');
    return data?.checkout ?? { errors: errors?.map(({ extensions }) => extensions.code) };
  };
  await willDieAt('order', 'reserve/script/after');
  expect(await checkOut()).toEqual({ errors: ['SERVICE_UNAVAILABLE'] });
  expect(await order.ended()).toBe('SIGKILL');
  await willDieAt('order', 'order.payment.approved/ack/before');
  const { id: orderId } = await checkOut();

  await willDieAt('payment', 'kakaopay-approve/call/after');
  const agreed = { buyer, orderId, ...(await buyer.paysAtProvider(orderId)) };
  expect(await approves(agreed)).toEqual({ errors: ['SERVICE_UNAVAILABLE'] });
  await startsToDieAt('catalog', 'catalog.order.paid/ack/before');
  await startsToDieAt('payment', 'payment.approved/publish/after');
  await hurry(shop, agreed.paymentId);
  expect(await payment.ended()).toBe('SIGKILL');
  // It was published, and nobody wrote that down.
  expect(await order.ended()).toBe('SIGKILL');
  await startsToDieAt('order', 'order.paid/publish/after');
  expect(await order.ended()).toBe('SIGKILL');
  expect(await catalog.ended()).toBe('SIGKILL');
  for (const service of ['catalog', 'order', 'payment'] as const) shop.services[service].start();
  for (const service of ['catalog', 'order', 'payment'] as const) await shop.services[service].ready();
  for (const service of ['order', 'payment'] as const) await endOutboxLeases(service);

  const seen = await buyer.seesOrder(orderId, 'CONFIRMED');
  expect(seen.timeline).toHaveLength(3);
  expect((await shop.providerCalls(orderId)).approve).toBe(1);
  expect(await atProvider(shop, agreed.paymentId)).toEqual({ taken: [100_000], givenBack: [] });
  expect((await checkOut()).id).toBe(orderId);
  await shop.invariants();
});

async function diesBeforeMarking(): Promise<Agreed> {
  const payment = await agrees(shop);
  await shop.sql('order').transaction('test', async (tx) => {
    const whoWaitsForUs = 'FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))';
    const waiting = async () => (await tx.query(`SELECT pid ${whoWaitsForUs}`)).length;
    await tx.run('SELECT 1 FROM orders WHERE id = $1 FOR UPDATE', [payment.orderId]);
    const unanswered = approves(payment);
    await eventually(async () => expect(await waiting()).toBe(1));
    await dies('payment');
    expect(await unanswered).toEqual({ errors: ['SERVICE_UNAVAILABLE'] });
    // Or the mark would be set once the row is free, though nobody waits for the answer any more.
    await tx.query(`SELECT pg_cancel_backend(pid) ${whoWaitsForUs}`);
    await eventually(async () => expect(await waiting()).toBe(0));
  });
  expect(await decidingPayment(shop, payment.orderId)).toBeNull();
  return payment;
}

test('a payment that no process had begun to decide when its order expired takes nothing', async () => {
  const payment = await diesBeforeMarking();
  const { buyer, orderId, paymentId } = payment;
  await shop.sql('order').run('UPDATE orders SET pay_by = now() WHERE id = $1', [orderId]);
  await buyer.seesOrder(orderId, 'EXPIRED');
  await comesBack('payment');
  await hurry(shop, paymentId);
  await seesPayments(payment, ['CANCELLED']);
  expect((await approves(payment)).__typename).toBe('OrderNotPayable');
  expect((await shop.providerCalls(orderId)).approve).toBe(0);
  await shop.invariants();
});

test('a refund whose process dies while the provider works gives the money back once', async () => {
  const kakaopay = await agrees(shop);
  const toss = await agrees(shop, 'card', 'TOSS_PAYMENTS');
  const both = [kakaopay, toss];
  const cancels = async () => [
    (await shop.providerCalls(kakaopay.orderId)).cancel,
    (await shop.tossCalls(toss.paymentId)).cancel,
  ];
  for (const payment of both) {
    await approves(payment);
    await payment.buyer.seesOrder(payment.orderId, 'CONFIRMED');
  }
  for (const target of ['kakaopay', 'toss'] as const) {
    await shop.fault({ target, operation: 'cancel', fault: 'timeout-after' });
  }
  for (const { buyer, orderId } of both) await buyer.cancelOrder(orderId);
  await eventually(async () => expect(await cancels()).toEqual([1, 1]));
  await dies('payment');
  await comesBack('payment');
  for (const { buyer, orderId, paymentId } of both) {
    await hurry(shop, paymentId);
    await buyer.seesOrder(orderId, 'REFUNDED');
    expect(await atProvider(shop, paymentId)).toEqual({ taken: [100_000], givenBack: [100_000] });
  }
  expect(await cancels()).toEqual([1, 1]);
  await shop.invariants();
});

test('a payment that cannot ask order waits for it', async () => {
  const payment = await agrees(shop);
  const { buyer, orderId } = payment;
  await dies('order');
  expect((await approves(payment)).__typename).toBe('PaymentPending');
  expect((await shop.providerCalls(orderId)).approve).toBe(0);
  await comesBack('order');
  await buyer.seesOrder(orderId, 'CONFIRMED');
  await shop.invariants();
});

test('a broker that drops every connection delays a purchase, and loses nothing of it', async () => {
  const payment = await agrees(shop);
  const { buyer, orderId, paymentId } = payment;
  broker.cut();
  expect((await approves(payment)).__typename).toBe('Payment');
  await buyer.seesOrder(orderId, 'PENDING_PAYMENT');
  const late = await agrees(shop);
  expect((await approves(late)).__typename).toBe('Payment');
  broker.restore();
  for (const { buyer: who, orderId: id } of [payment, late]) await who.seesOrder(id, 'CONFIRMED');
  broker.cut();
  await buyer.cancelOrder(orderId);
  await buyer.seesOrder(orderId, 'REFUNDING');
  broker.restore();
  await buyer.seesOrder(orderId, 'REFUNDED');
  expect(await atProvider(shop, paymentId)).toEqual({ taken: [100_000], givenBack: [100_000] });
  await shop.invariants();
});

const UNAVAILABLE = {
  code: 'SERVICE_UNAVAILABLE',
  retryAfterMs: 1_000,
};

/** What somebody is told who looks at the product, which another service knows, and at an order. */
async function looks({ buyer, orderId, productId }: Agreed) {
  const product = await buyer.send('query ($id: ID!) { product(id: $id) { id } }', { id: productId });
  const order = await buyer.send('query ($id: ID!) { order(id: $id) { id } }', { id: orderId });
  const told = (answer: typeof product, field: string) =>
    answer.errors?.map(({ extensions }) => extensions) ?? answer.data[field].id;
  return { product: told(product, 'product'), order: told(order, 'order') };
}

test.each([
  ['postgresql', 'refuses connections', (proxy: TcpProxy) => proxy.cut()],
  ['redis', 'refuses connections', (proxy: TcpProxy) => proxy.cut()],
  ['redis', 'is silent', (proxy: TcpProxy) => proxy.freeze()],
])(
  'while the %s of order %s, nobody is told what it alone knows, and the same checkout goes on afterwards',
  async (server, _, begin) => {
    const seen = await agrees(shop);
    const { id: productId } = await shop.createProduct({ stock: 1 });
    const buyer = await shop.buyer();
    const lines = [{ productId, quantity: 1 }];
    const key = randomUUID();
    const proxy = ordersOwn[server]!;
    begin(proxy);
    const [{ data, errors }, told] = await Promise.all([buyer.checkout(lines, key), looks(seen)]);
    expect({ data, told: errors?.map(({ extensions }) => extensions) }).toEqual({
      data: null,
      told: [UNAVAILABLE],
    });
    expect(told).toEqual({
      product: seen.productId,
      order: server === 'postgresql' ? [UNAVAILABLE] : seen.orderId,
    });
    proxy.restore();
    // The one unit that there is: held by now, or not, it is this buyer's.
    const { id } = await eventually(() => buyer.places(lines, key));
    await buyer.pays(id);
    await buyer.seesOrder(id, 'CONFIRMED');
    expect((await approves(seen)).__typename).toBe('Payment');
    await seen.buyer.seesOrder(seen.orderId, 'CONFIRMED');
    await shop.services.order.ready();
    await shop.invariants();
  },
);

test('a broker that hears and does not answer delays a purchase, and has its effect once', async () => {
  const payment = await agrees(shop);
  broker.cutOneWay('answers');
  expect((await approves(payment)).__typename).toBe('Payment');
  broker.restore();
  const order = await payment.buyer.seesOrder(payment.orderId, 'CONFIRMED');
  expect(order.timeline).toHaveLength(3);
  await shop.invariants();
});
