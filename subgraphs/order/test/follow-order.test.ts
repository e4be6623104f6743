import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import type { Database } from '@stampede/shared/database';
import { openChangeFeed, type ChangeFeed } from '@stampede/shared/live';
import { openLog } from '@stampede/shared/telemetry';
import { eventually, openTcpProxy, through } from '@stampede/shared/testing';
import { cancelOrder } from '../src/cancellation/cancel-order.js';
import { expireDue } from '../src/expiry/expire-orders.js';
import { followOrder } from '../src/follow-order/follow-order.js';
import { openFollowedOrders } from '../src/follow-order/followed-orders.js';
import { openOrderReader } from '../src/history/order-reader.js';
import { orderChanges } from '../src/order-changes.js';
import { OrderStatus } from '../src/order-status.js';
import type { Order } from '../src/order.entity.js';
import { onPaymentApproved } from '../src/payment-outcome/on-payment-approved.js';
import { onPaymentDeclined } from '../src/payment-outcome/on-payment-declined.js';
import { onPaymentRefunded } from '../src/payment-outcome/on-payment-refunded.js';
import { onStockCommitted } from '../src/payment-outcome/on-stock-committed.js';
import { orderRefundKey } from '../src/refund/request-refund.js';
import { openOrders, PAYMENT, TOTAL, type OrdersUnderTest } from './open-orders.js';

const log = openLog('order', process.env.TEST_LOG_LEVEL ?? 'silent');
const namespace = `test-${randomBytes(6).toString('hex')}`;
const { PENDING_PAYMENT, PAID, CONFIRMED, CANCELLED, EXPIRED, REFUNDING, REFUNDED } = OrderStatus;

let orders: OrdersUnderTest;
beforeAll(async () => {
  orders = await openOrders();
});
afterAll(() => orders[Symbol.asyncDispose]());

function redisUrl(): string {
  const url = process.env.REDIS_URL;
  if (!url) throw new Error('REDIS_URL is not set: run `npm test` in the project’s folder');
  return url;
}

const openFeed = (url = redisUrl()) => openChangeFeed({ redisUrl: url, namespace, topic: 'orders', log });

/** What a replica of order has, to show orders; its feed is its own connection. */
async function openReplica({
  url = redisUrl(),
  database = orders.database,
}: { url?: string; database?: Database } = {}) {
  const feed = openFeed(url);
  const watching = new Set<string>();
  const counted: Pick<ChangeFeed, 'watch'> = {
    watch: (ids, listener) => {
      const [id] = ids;
      const watch = feed.watch(id === undefined ? [] : [id], listener);
      if (id !== undefined) watching.add(id);
      return { close: () => (watching.delete(id as string), watch.close()) };
    },
  };
  const followed = openFollowedOrders({ database, feed: counted, log });
  // From here on, nothing is told but what is announced.
  await new Promise<string>((resolve) => feed.watch(['subscribed'], resolve));
  return {
    watching,
    follow: (id: string) => read(followed.follow(id)),
    followed,
    async [Symbol.asyncDispose]() {
      await followed.close();
      await feed.close();
    },
  };
}

/** The replica that commits: what happens in this process is announced by a feed of its own. */
function openCommitter() {
  const feed = openFeed();
  const listening = orderChanges.listen(feed.announce);
  return {
    feed,
    async [Symbol.asyncDispose]() {
      await listening.close();
      await feed.close();
    },
  };
}

const readsOrders = (text: string) => text.includes(' AS version FROM orders ');

/** Reads all that comes. */
function read(stream: AsyncIterableIterator<Order>) {
  const seen: Order[] = [];
  const reading = (async () => {
    for await (const order of stream) seen.push(order);
  })();
  return {
    seen,
    statuses: () => seen.map(({ status }) => status),
    stop: async () => {
      await stream.return?.();
      await reading;
    },
  };
}

const approved = (orderId: string) => ({
  paymentId: PAYMENT,
  orderId,
  provider: 'KAKAOPAY',
  amount: TOTAL,
  approvedAt: new Date().toISOString(),
});

test('is for its buyer and operators; for anybody else there is no such order', async () => {
  await using replica = await openReplica();
  const id = await orders.place(PENDING_PAYMENT);
  const buyer = (await orders.stateOf(id)).order?.buyer_id as string;
  const reader = openOrderReader(orders.database);
  const asks = async (orderId: string, userId?: string, role: 'BUYER' | 'SELLER' | 'OPERATOR' = 'BUYER') => {
    const identity = userId
      ? ({ kind: 'user', userId, role, sessionId: 'session' } as const)
      : ({ kind: 'anonymous' } as const);
    const stream = await followOrder(replica.followed, reader, orderId, { identity, requestId: 'request' });
    const first = await stream.next();
    await stream.return?.();
    return (first.value as Order).id;
  };
  const code = (name: string) => ({ extensions: { code: name } });
  expect(await asks(id, buyer)).toBe(id);
  expect(await asks(id.toUpperCase(), buyer)).toBe(id);
  expect(await asks(id, randomUUID(), 'OPERATOR')).toBe(id);
  await expect(asks(id, randomUUID())).rejects.toMatchObject(code('NOT_FOUND'));
  await expect(asks(id, orders.seller, 'SELLER')).rejects.toMatchObject(code('NOT_FOUND'));
  await expect(asks(randomUUID(), buyer)).rejects.toMatchObject(code('NOT_FOUND'));
  await expect(asks('no id', buyer)).rejects.toMatchObject(code('NOT_FOUND'));
  await expect(asks(id)).rejects.toMatchObject(code('UNAUTHENTICATED'));
  expect(replica.watching.size).toBe(0);
});

test('every replica shows the order at once, and what another one commits', async () => {
  await using committer = openCommitter();
  await using one = await openReplica();
  await using two = await openReplica();
  const id = await orders.place(PENDING_PAYMENT);
  const viewers = [one.follow(id), one.follow(id), two.follow(id)];
  const show = (...statuses: OrderStatus[]) =>
    eventually(() => {
      for (const viewer of viewers) expect([...new Set(viewer.statuses())]).toEqual(statuses);
    });
  await show(PENDING_PAYMENT);
  await orders.deliver(onPaymentApproved, approved(id));
  await show(PENDING_PAYMENT, PAID);
  await orders.deliver(onStockCommitted, { orderId: id });
  await show(PENDING_PAYMENT, PAID, CONFIRMED);
  await cancelOrder(orders.database, id, 'BUYER');
  await show(PENDING_PAYMENT, PAID, CONFIRMED, REFUNDING);
  const refund = {
    paymentId: PAYMENT,
    provider: 'KAKAOPAY',
    orderId: id,
    key: orderRefundKey(id),
    amount: TOTAL,
  };
  await orders.deliver(onPaymentRefunded, refund);
  await show(PENDING_PAYMENT, PAID, CONFIRMED, REFUNDING, REFUNDED);

  // After its end, too: its payment may still change.
  const before = viewers.map(({ seen }) => seen.length);
  committer.feed.announce(id);
  await eventually(() =>
    viewers.forEach(({ seen }, index) => expect(seen.length).toBeGreaterThan(before[index]!)),
  );
  for (const viewer of viewers) expect(viewer.statuses().at(-1)).toBe(REFUNDED);
  await Promise.all(viewers.map(({ stop }) => stop()));
});

test('a change of a payment shows the equal order again', async () => {
  await using payment = openCommitter();
  await using replica = await openReplica();
  const id = await orders.place(PENDING_PAYMENT);
  const other = replica.follow(await orders.place(PENDING_PAYMENT));
  const viewer = replica.follow(id);
  await settled(viewer, other);
  const before = viewer.seen.length;
  const others = other.seen.length;
  payment.feed.announce(id);
  await eventually(() => expect(viewer.seen).toHaveLength(before + 1));
  expect(viewer.seen.at(-1)).toEqual(viewer.seen.at(-2));
  expect(other.seen).toHaveLength(others);
});

test('what was committed and never announced is shown all the same', async () => {
  await using replica = await openReplica();
  const id = await orders.place(PENDING_PAYMENT, { deciding_payment_id: PAYMENT, deciding_attempt: 1 });
  const viewer = replica.follow(id);
  await settled(viewer);
  const before = viewer.seen.length;
  // A decision mark is not seen in an order; but it stands for a payment that has changed.
  await orders.deliver(onPaymentDeclined, { paymentId: PAYMENT, orderId: id, attempt: 1, reason: 'OTHER' });
  await eventually(() => expect(viewer.seen).toHaveLength(before + 1));
  await orders.database.run(`UPDATE orders SET pay_by = now() + interval '1 minute' WHERE id = $1`, [id]);
  expect(await orders.mark(id, { attempt: 2 })).toBe(true);
  await eventually(() => expect(viewer.seen).toHaveLength(before + 2));
});

test('a hundred orders that change together are read by one statement', async () => {
  await using committer = openCommitter();
  const read: number[] = [];
  const database: Database = {
    ...orders.database,
    query: (text, values) => {
      if (readsOrders(text)) read.push((values as [string[]])[0].length);
      return orders.database.query(text, values);
    },
  };
  await using replica = await openReplica({ database });
  const ids = await Promise.all(Array.from({ length: 100 }, () => orders.place(PENDING_PAYMENT)));
  const viewers = ids.map((id) => replica.follow(id));
  await settled(...viewers);
  expect(Math.max(...read)).toBe(100);
  read.length = 0;
  const before = viewers.map(({ seen }) => seen.length);
  for (let times = 0; times < 3; times += 1) for (const id of ids) committer.feed.announce(id);
  await eventually(() => viewers.forEach(({ seen }, at) => expect(seen).toHaveLength(before[at]! + 1)));
  expect(read).toEqual([100]);
});

test('a slow reader is given the order as it is, not as it was', async () => {
  await using _ = openCommitter();
  await using replica = await openReplica();
  const id = await orders.place(PENDING_PAYMENT);
  const slow = replica.followed.follow(id);
  const quick = replica.follow(id);
  await orders.deliver(onPaymentApproved, approved(id));
  await eventually(() => expect(quick.statuses()).toContain(PAID));
  await orders.deliver(onStockCommitted, { orderId: id });
  await eventually(() => expect(quick.statuses()).toContain(CONFIRMED));
  expect(await slow.next()).toMatchObject({ value: { status: CONFIRMED } });
  await slow.return?.();
});

test('who leaves, leaves nothing', async () => {
  await using _ = openCommitter();
  await using replica = await openReplica();
  const id = await orders.place(PENDING_PAYMENT);
  const [one, two] = [replica.follow(id), replica.follow(id)];
  await eventually(() => expect(one.seen.length * two.seen.length).toBeGreaterThan(0));
  await one.stop();
  expect([...replica.watching]).toEqual([id]);
  const left = one.seen.length;
  await orders.deliver(onPaymentApproved, approved(id));
  await eventually(() => expect(two.statuses()).toContain(PAID));
  expect(one.seen).toHaveLength(left);
  await two.stop();
  expect(replica.watching.size).toBe(0);
  expect(await replica.followed.follow(id).return?.()).toEqual({ done: true, value: undefined });
  expect(replica.watching.size).toBe(0);
});

test('with Redis away it goes on, slower; what was missed is shown when Redis is back', async () => {
  await using committer = openCommitter();
  await using proxy = await openTcpProxy(redisUrl());
  await using replica = await openReplica({ url: through(proxy, redisUrl()) });
  const id = await orders.place(PENDING_PAYMENT);
  const viewer = replica.follow(id);
  await settled(viewer);
  proxy.cut();
  await orders.deliver(onPaymentApproved, approved(id));
  await eventually(() => expect(viewer.statuses()).toContain(PAID));
  // A payment's own change stands in no row of order's.
  const before = viewer.seen.length;
  committer.feed.announce(id);
  proxy.restore();
  await eventually(() => expect(viewer.seen.length).toBeGreaterThan(before));
  await orders.deliver(onStockCommitted, { orderId: id });
  await eventually(() => expect(viewer.statuses()).toContain(CONFIRMED));
});

test('with PostgreSQL away the stream stays open, and forgets no change', async () => {
  await using committer = openCommitter();
  let away = false;
  let refused = 0;
  const database: Database = {
    ...orders.database,
    query: (text, values) => {
      if (!away) return orders.database.query(text, values);
      if (readsOrders(text)) refused += 1;
      return Promise.reject(new Error('Connection terminated'));
    },
  };
  await using replica = await openReplica({ database });
  const id = await orders.place(PENDING_PAYMENT);
  const viewer = replica.follow(id);
  await settled(viewer);
  away = true;
  const before = viewer.seen.length;
  committer.feed.announce(id);
  await eventually(() => expect(refused).toBe(1));
  away = false;
  await eventually(() => expect(viewer.seen).toHaveLength(before + 1));
});

test('a stop ends every stream', async () => {
  const replica = await openReplica();
  const id = await orders.place(PENDING_PAYMENT);
  const stream = replica.followed.follow(id);
  await stream.next();
  const next = stream.next();
  await replica[Symbol.asyncDispose]();
  expect(await next).toEqual({ done: true, value: undefined });
});

test('every change that an order shows is told after its commit, once, and nothing that was undone', async () => {
  const told: string[] = [];
  const listening = orderChanges.listen((id) => told.push(id));
  const tells = async (change: () => Promise<unknown>) => {
    told.length = 0;
    await change();
    return [...told];
  };
  const [paid, cancelled, expired] = await Promise.all(
    Array.from({ length: 3 }, () => orders.place(PENDING_PAYMENT)),
  );
  const ids = [paid, cancelled, expired] as [string, string, string];
  expect(await tells(() => orders.deliver(onPaymentApproved, approved(ids[0])))).toEqual([ids[0]]);
  expect(await tells(() => orders.deliver(onPaymentApproved, approved(ids[0])))).toEqual([]);
  expect(await tells(() => cancelOrder(orders.database, ids[1], 'BUYER'))).toEqual([ids[1]]);
  expect(await tells(() => expireDue(orders.database))).toContain(ids[2]);
  const refunded = await orders.place(CANCELLED, { paid_payment_id: PAYMENT });
  const refund = {
    paymentId: PAYMENT,
    provider: 'KAKAOPAY',
    orderId: refunded,
    key: orderRefundKey(refunded),
    amount: TOTAL,
  };
  await orders.askRefund(refunded, refund.key);
  expect(await tells(() => orders.deliver(onPaymentRefunded, refund))).toEqual([refunded]);
  expect(await tells(() => orders.deliver(onPaymentRefunded, refund))).toEqual([]);
  const undone = orders.database.transaction('test', async (tx) => {
    orderChanges.note(tx, ids[0]);
    throw new Error('undone');
  });
  expect(await tells(() => undone.catch(() => undefined))).toEqual([]);
  expect((await orders.stateOf(ids[2])).order?.status).toBe(EXPIRED);
  await listening.close();
});

/** Waits until each has been shown its order. */
async function settled(...viewers: ReturnType<typeof read>[]): Promise<void> {
  await eventually(() => viewers.forEach(({ seen }) => expect(seen.length).toBeGreaterThan(0)));
}
