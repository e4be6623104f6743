import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { appendStockEffect, type Inventory } from '@stampede/shared/inventory';
import { openMetrics } from '@stampede/shared/telemetry';
import { eventually } from '@stampede/shared/testing';
import { auditProduct } from '../src/audit/audit-product.js';
import { openAudits } from '../src/audit/audit-sales.js';
import { AuditResolver } from '../src/audit/audit.resolver.js';
import { cancelOrder } from '../src/cancellation/cancel-order.js';
import { newBuyer, openOrderParts, type TestOrder } from './order-parts.js';

let order: TestOrder;
let replica: ReturnType<TestOrder['openReplica']>;
beforeAll(async () => {
  order = await openOrderParts();
  replica = order.openReplica();
});
afterAll(() => order[Symbol.asyncDispose]());

const parts = () => ({ ...replica, catalog: order.catalog.client, settleMs: 0, graceMs: 0 });
const audits = (product: string, over: object = {}) => auditProduct({ ...parts(), ...over }, product);

/** A warm sale of ten units, one of them held. */
async function openSale(total = 10) {
  const product = order.catalog.sells({ total });
  const buyer = newBuyer();
  await replica.buys(buyer.buyerId, buyer.key, [product, 1]);
  const [stockKey, ordersKey, buyersKey] = order.keysOf(product) as [string, string, string];
  return { product, ...buyer, stockKey, ordersKey, buyersKey };
}
type Sale = Awaited<ReturnType<typeof openSale>>;

test('stores that agree have no drift, and nothing is rebuilt', async () => {
  const { product } = await openSale();
  expect(await audits(product)).toMatchObject({
    productId: product,
    product: { id: product },
    total: 10,
    available: 9,
    held: 1,
    sold: 0,
    drift: 0,
    repaired: false,
  });
  expect(await order.counts(product)).toMatchObject({ epoch: 1 });
});

const DAMAGES: [string, number, (sale: Sale) => Promise<unknown>][] = [
  ['a unit that came from nowhere', 1, ({ stockKey }) => order.redis.hincrby(stockKey, 'available', 1)],
  [
    'units that moved to sold',
    2,
    ({ stockKey }) =>
      order.redis.hincrby(stockKey, 'held', -1).then(() => order.redis.hincrby(stockKey, 'sold', 1)),
  ],
  ['a limit that was forgotten', 1, ({ buyersKey, buyerId }) => order.redis.hdel(buyersKey, buyerId)],
  [
    'another total',
    5,
    ({ stockKey }) =>
      order.redis.hincrby(stockKey, 'total', 5).then(() => order.redis.hincrby(stockKey, 'available', 5)),
  ],
  [
    'a hold that was given back',
    1,
    ({ product, orderId }) => {
      const hold = { epoch: 1, serial: 1 };
      return order.inventory.release('undo', { productId: product, effectEpoch: 1, orderId, hold });
    },
  ],
  [
    'a hold that nobody has',
    2,
    ({ product }) =>
      order.inventory.reserve({
        productId: product,
        orderId: randomUUID(),
        buyerId: randomUUID(),
        quantity: 2,
        digest: 'none',
        minEpoch: 0,
      }),
  ],
  [
    'a sale that Redis never heard of',
    1,
    ({ product, orderId, buyerId }) => {
      order.catalog.of(product).committed.push({ orderId, buyerId, quantity: 1, epoch: 1, serial: 1 });
      return Promise.resolve();
    },
  ],
];

test('settings that Redis has forgotten are drift, unless they are on their way', async () => {
  const { product } = await openSale();
  const book = order.catalog.of(product);
  Object.assign(book, { version: 2, total: 15, settingsPending: true });
  expect(await audits(product)).toMatchObject({ drift: 0 });
  // Applied once, by an effect that is gone; since then Redis was put back under the same run id.
  book.settingsPending = false;
  expect(await audits(product)).toMatchObject({ drift: 5, total: 10 });
  // A rebuild that has not published yet brings them along.
  book.epoch = 2;
  expect(await audits(product)).toMatchObject({ drift: 0 });
  book.epoch = 1;
  await replica.rebuilds.rebuildAnew(product);
  Object.assign(book, { version: 3, paused: true });
  expect(await audits(product)).toMatchObject({ drift: 1, total: 15 });
  await replica.rebuilds.rebuildAnew(product);
  expect(await audits(product)).toMatchObject({ drift: 0 });
});

test.each(DAMAGES)('%s is a drift of %i, and a rebuild mends it', async (_, drift, damage) => {
  const sale = await openSale();
  await damage(sale);
  expect(await audits(sale.product)).toMatchObject({ drift, repaired: false });
  expect(await order.counts(sale.product)).toMatchObject({ epoch: 1 });
  await replica.rebuilds.rebuildAnew(sale.product);
  expect(await audits(sale.product)).toMatchObject({ total: 10, drift: 0, repaired: false });
});

test('what is on its way is no drift: young holds, and effects that wait in order or in catalog', async () => {
  const { product, orderId, buyerId } = await openSale();
  await order.inventory.reserve({
    productId: product,
    ...newBuyer(),
    quantity: 1,
    digest: 'on its way',
    minEpoch: 0,
  });
  expect(await audits(product, { graceMs: 10_000 })).toMatchObject({ drift: 0, held: 2 });
  expect(await audits(product)).toMatchObject({ drift: 1 });

  const waits = await openSale();
  const hold = { epoch: 1, serial: 1 };
  await order.database.run(`UPDATE orders SET status = 'EXPIRED' WHERE id = $1`, [waits.orderId]);
  expect(await audits(waits.product)).toMatchObject({ drift: 1 });
  await order.database.transaction('test', (tx) =>
    appendStockEffect(tx, { kind: 'end', productId: waits.product, epoch: 1, orderId: waits.orderId, hold }),
  );
  expect(await audits(waits.product)).toMatchObject({ drift: 0, held: 1 });
  await order.appliesEffects();
  expect(await audits(waits.product)).toMatchObject({ drift: 0, held: 0 });

  const book = order.catalog.of(product);
  book.committed.push({ orderId, buyerId, quantity: 1, ...hold });
  book.pending.push(orderId);
  expect(await audits(product, { graceMs: 10_000 })).toMatchObject({ drift: 0 });
});

test('a unit that is given back and held anew while the orders are looked at is no drift', async () => {
  const { product, orderId } = await openSale(1);
  let last = orderId;
  const inventory: Inventory = {
    ...order.inventory,
    // As in a hash of many pages: the first one had the order that leaves, and a later one has who comes instead.
    entries: async function* (id) {
      yield* order.inventory.entries(id);
      await cancelOrder(order.database, last, 'BUYER');
      await order.appliesEffects();
      const next = newBuyer();
      await replica.buys(next.buyerId, next.key, [product, 1]);
      last = next.orderId;
      for await (const page of order.inventory.entries(id)) {
        yield page.filter((entry) => entry.orderId === last);
      }
    },
  };
  expect(await audits(product, { inventory, graceMs: 30_000 })).toMatchObject({ drift: 0, held: 1 });
});

test('what differs in one look only was a change, and so is what a rebuild came into', async () => {
  const { product, orderId } = await openSale();
  const hold = { productId: product, effectEpoch: 1, orderId, hold: { epoch: 1, serial: 1 } };
  await order.inventory.release('undo', hold);
  let looks = 0;
  order.catalog.onBook(async () => {
    looks += 1;
    if (looks === 2) await replica.rebuilds.rebuildAnew(product);
  });
  expect(await audits(product)).toMatchObject({ drift: 0, held: 1, repaired: false });
  order.catalog.onBook(() => Promise.resolve());
  expect(looks).toBeGreaterThanOrEqual(3);
});

test('a cold product is rebuilt before it is compared; an unknown one is not there', async () => {
  const { product } = await openSale();
  await order.forget(product);
  expect(await audits(product)).toMatchObject({ held: 1, drift: 0, repaired: true });
  await expect(audits(randomUUID())).rejects.toMatchObject({ extensions: { code: 'NOT_FOUND' } });
});

test('an operator audits and rebuilds; others may not, and what is not there is not found', async () => {
  const { product, stockKey } = await openSale();
  const resolver = new AuditResolver(parts());
  const as = (role: 'BUYER' | 'SELLER' | 'OPERATOR') => ({
    identity: { kind: 'user' as const, userId: randomUUID(), role, sessionId: randomUUID() },
    requestId: 'test',
  });
  await order.redis.hincrby(stockKey, 'available', 3);
  expect(await resolver.auditStock(as('OPERATOR'), product)).toMatchObject({ drift: 3, repaired: false });
  expect(await resolver.rebuildStock(as('OPERATOR'), product.toUpperCase())).toMatchObject({
    available: 9,
    drift: 0,
    repaired: true,
  });
  expect(await order.counts(product)).toMatchObject({ epoch: 2 });
  const both = ['auditStock', 'rebuildStock'] as const;
  for (const field of both) {
    const ask = async (context: Parameters<typeof resolver.auditStock>[0], id: string) =>
      resolver[field](context, id);
    for (const role of ['BUYER', 'SELLER'] as const) {
      await expect(ask(as(role), product)).rejects.toMatchObject({ extensions: { code: 'FORBIDDEN' } });
    }
    const anonymous = { identity: { kind: 'anonymous' as const }, requestId: 'test' };
    await expect(ask(anonymous, product)).rejects.toMatchObject({ extensions: { code: 'UNAUTHENTICATED' } });
    for (const id of [randomUUID(), 'no-id']) {
      await expect(ask(as('OPERATOR'), id)).rejects.toMatchObject({ extensions: { code: 'NOT_FOUND' } });
    }
  }
});

test('a product that cannot be audited keeps none of the others from it, and is counted', async () => {
  await using alone = await openOrderParts();
  const own = alone.openReplica();
  // The first of the round is the one that fails.
  const [failing, drifted] = [randomUUID(), randomUUID()].toSorted() as [string, string];
  for (const product of [failing, drifted]) {
    alone.catalog.sells({}, product);
    await own.rebuilds.rebuild(product);
  }
  await alone.redis.hincrby(alone.keysOf(drifted)[0]!, 'available', 2);
  const { client } = alone.catalog;
  const catalog: typeof client = {
    ...client,
    ask: (query, variables, requestId) =>
      variables.productId === failing
        ? Promise.reject(new Error('catalog refused a question'))
        : client.ask(query, variables, requestId),
  };
  const metrics = openMetrics('order');
  const job = openAudits({ ...own, ...alone, catalog, settleMs: 0, metrics }, 60_000);
  const valueOf = async (name: string) =>
    (await metrics.registry.getSingleMetric(name)?.get())?.values[0]?.value;
  try {
    await eventually(async () => expect(await valueOf('stampede_stock_audit_failures_total')).toBe(1), 5_000);
  } finally {
    await job.close();
  }
  expect(await valueOf('stampede_stock_drift')).toBe(2);
  expect(await alone.counts(drifted)).toMatchObject({ epoch: 2, available: 10 });
});

test('one replica of three goes round all sales that are not long over, repairs what drifted, and says so', async () => {
  await using alone = await openOrderParts();
  const own = alone.openReplica();
  const open = alone.catalog.sells();
  const longOver = alone.catalog.sells({ closesAt: Date.now() - 2 * 3_600_000 });
  const justOver = alone.catalog.sells({ closesAt: Date.now() - 60_000 });
  for (const product of [open, longOver, justOver]) {
    await own.rebuilds.rebuild(product);
    await alone.redis.hincrby(alone.keysOf(product)[0]!, 'available', 2);
  }
  const replicas = Array.from({ length: 3 }, () => {
    const metrics = openMetrics('order');
    const auditing = { ...own, ...alone, catalog: alone.catalog.client, settleMs: 0, metrics };
    return { metrics, job: openAudits(auditing, 60_000) };
  });
  await eventually(async () => {
    expect(await alone.counts(open)).toMatchObject({ epoch: 2, available: 10 });
    expect(await alone.counts(justOver)).toMatchObject({ epoch: 2, available: 10 });
  });
  for (const { job } of replicas) await job.close();
  expect(await alone.counts(longOver)).toMatchObject({ epoch: 1 });
  const valueOf = async (metrics: (typeof replicas)[number]['metrics'], name: string) =>
    (await metrics.registry.getSingleMetric(name)?.get())?.values[0]?.value;
  const told = await Promise.all(
    replicas.map(async ({ metrics }) => [
      await valueOf(metrics, 'stampede_stock_drift'),
      await valueOf(metrics, 'stampede_stock_repairs_total'),
    ]),
  );
  expect(told.toSorted((a, b) => Number(a[0]) - Number(b[0]))).toEqual([
    [0, 0],
    [0, 0],
    [4, 2],
  ]);
});
