import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Unavailable } from '@stampede/shared/errors';
import { appendStockEffect, lockStock, openStockEffects } from '@stampede/shared/inventory';
import { eventually } from '@stampede/shared/testing';
import { cancelOrder } from '../src/cancellation/cancel-order.js';
import { expireDue } from '../src/expiry/expire-orders.js';
import { RebuildResolver } from '../src/rebuild/rebuild.resolver.js';
import { raiseEpoch } from '../src/rebuild/steps.js';
import { openUnknownProducts } from '../src/rebuild/unknown-products.js';
import { newBuyer, openOrderParts, type TestOrder } from './order-parts.js';

let order: TestOrder;
beforeAll(async () => {
  order = await openOrderParts();
});
afterAll(() => order[Symbol.asyncDispose]());

const NOT_FOUND = { extensions: { code: 'NOT_FOUND' } };

test('eight first checkouts of a cold product at once make one rebuild', async () => {
  const replica = order.openReplica();
  const product = order.catalog.sells({ total: 5 });
  const outcomes = await Promise.all(
    Array.from({ length: 8 }, () => {
      const { buyerId, key } = newBuyer();
      return replica.buys(buyerId, key, [product, 1]);
    }),
  );
  expect(outcomes.filter((outcome) => 'order' in outcome)).toHaveLength(5);
  expect(await replica.rebuiltTimes()).toBe(1);
  expect(await order.counts(product)).toEqual({ epoch: 1, total: 5, available: 0, held: 5, sold: 0 });
});

test('a replica that waited for another one’s rebuild makes none of its own', async () => {
  const product = order.catalog.sells();
  let reads = 0;
  const first = order.openReplica();
  const second = order.openReplica({
    ...order.inventory,
    standingEpoch: (id) => {
      reads += 1;
      return order.inventory.standingEpoch(id);
    },
  });
  // The first is held in step 3 until the second has seen the product cold and waits for its turn.
  let isIn = (): void => undefined;
  const firstIsIn = new Promise<void>((resolve) => {
    isIn = resolve;
  });
  order.catalog.onTruth(async () => {
    isIn();
    await eventually(() => expect(reads).toBe(1));
  });
  const rebuilding = first.rebuilds.rebuild(product);
  await firstIsIn;
  expect(await Promise.all([rebuilding, second.rebuilds.rebuild(product)])).toEqual([true, true]);
  order.catalog.onTruth(() => Promise.resolve());
  expect([await first.rebuiltTimes(), await second.rebuiltTimes()]).toEqual([1, 0]);
  expect(await order.counts(product)).toMatchObject({ epoch: 1 });
});

test('who needs a rebuild gets one, though another asks at once who would take what stands', async () => {
  const product = order.catalog.sells();
  const { rebuilds, rebuiltTimes } = order.openReplica();
  await rebuilds.rebuild(product);
  expect(await Promise.all([rebuilds.rebuild(product, 1), rebuilds.rebuild(product)])).toEqual([true, true]);
  expect(await rebuiltTimes()).toBe(2);
  expect(await rebuilds.rebuild(product, 2)).toBe(true);
  expect(await rebuiltTimes()).toBe(2);
  await rebuilds.rebuild(product, 3);
  expect(await order.counts(product)).toMatchObject({ epoch: 3 });
});

test('a rebuild that takes half a minute is waited for, not overtaken', async () => {
  const product = order.catalog.sells();
  const [first, second] = [order.openReplica(), order.openReplica()];
  const lockScripts = jest.spyOn(order.redis, 'evalsha');
  const askedForLock = async () => {
    const before = lockScripts.mock.calls.length;
    await eventually(() => expect(lockScripts.mock.calls.length).toBeGreaterThan(before + 2));
  };
  let waiting: Promise<boolean> | undefined;
  order.catalog.onBook(async () => {
    waiting = second.rebuilds.rebuild(product);
    await askedForLock();
    const { now } = Date;
    const later = jest.spyOn(Date, 'now').mockImplementation(() => now() + 30_000);
    await askedForLock();
    later.mockRestore();
  });
  await first.rebuilds.rebuild(product);
  expect(await waiting).toBe(true);
  order.catalog.onBook(() => Promise.resolve());
  lockScripts.mockRestore();
  expect([await first.rebuiltTimes(), await second.rebuiltTimes()]).toEqual([1, 0]);
  expect(await order.counts(product)).toMatchObject({ epoch: 1 });
});

test('catalog is asked once for an unknown product, until it says that there is one', async () => {
  const replica = order.openReplica();
  const product = randomUUID();
  const { productExists } = order.catalog.asked;
  const buyer = newBuyer();
  const buys = () => replica.buys(buyer.buyerId, buyer.key, [product, 1]);
  await Promise.all(Array.from({ length: 5 }, () => expect(buys()).rejects.toMatchObject(NOT_FOUND)));
  await expect(buys()).rejects.toMatchObject(NOT_FOUND);
  expect(order.catalog.asked.productExists).toBe(productExists + 1);
  order.catalog.sells({}, product);
  await expect(buys()).rejects.toMatchObject(NOT_FOUND);
  replica.rebuilds.forgetUnknown(product);
  expect(await buys()).toMatchObject({ order: { id: buyer.orderId } });
});

test('an unknown product is remembered for five seconds, and ten thousand of them at most', () => {
  let now = 0;
  const unknown = openUnknownProducts(() => now);
  unknown.remember('first');
  now = 4_999;
  expect(unknown.has('first')).toBe(true);
  now = 5_000;
  expect(unknown.has('first')).toBe(false);
  for (let index = 0; index < 10_001; index += 1) unknown.remember(`id-${index}`);
  expect([unknown.has('id-0'), unknown.has('id-1'), unknown.has('id-10000')]).toEqual([false, true, true]);
});

test('a rebuild loads what stands: held, sold by catalog’s word, ended but not unsold; and what has ended, as ended', async () => {
  const replica = order.openReplica();
  const product = order.catalog.sells({ limitPerBuyer: 1 });
  const names = ['held', 'sold', 'endedButSold', 'returned', 'expired'] as const;
  const buyers = Object.fromEntries(names.map((name) => [name, newBuyer()])) as Record<
    (typeof names)[number],
    ReturnType<typeof newBuyer>
  >;
  for (const name of names) await replica.buys(buyers[name].buyerId, buyers[name].key, [product, 1]);
  const holds = await order.holdsOf(product);
  const lineOf = (name: (typeof names)[number]) => {
    const { orderId, buyerId } = buyers[name];
    const { epoch, serial } = holds.find((hold) => hold.order_id === orderId)!;
    return { orderId, buyerId, quantity: 1, epoch, serial };
  };
  Object.assign(order.catalog.of(product), {
    committed: [lineOf('sold'), lineOf('endedButSold')],
    returned: [lineOf('returned')],
  });
  const become = (name: (typeof names)[number], status: string) =>
    order.database.run('UPDATE orders SET status = $2 WHERE id = $1', [buyers[name].orderId, status]);
  await become('sold', 'DELIVERED');
  await become('endedButSold', 'CANCELLED');
  await become('returned', 'REFUNDING');
  await become('expired', 'EXPIRED');

  await order.forget(product);
  expect(await replica.rebuilds.rebuild(product)).toBe(true);
  const states = await Promise.all(names.map((name) => order.stateOf(product, buyers[name].orderId)));
  expect(states).toEqual(['held', 'sold', 'sold', 'ended', 'ended']);
  expect(await order.counts(product)).toEqual({ epoch: 2, total: 10, available: 7, held: 1, sold: 2 });
  const again = await replica.buys(buyers.sold.buyerId, newBuyer().key, [product, 1]);
  expect(again).toMatchObject({ rejection: { limit: 1, alreadyOrdered: 1 } });
});

test.each([
  ['unpaid', ''],
  ['as catalog could not sell it', `, paid_payment_id = id, cancel_reason = 'NO_UNITS_LEFT'`],
])(
  'a key whose order has ended (%s) gives that order after a rebuild, too, when nothing is left',
  async (_, how) => {
    const replica = order.openReplica();
    const product = order.catalog.sells({ total: 1 });
    const [first, second] = [newBuyer(), newBuyer()];
    await replica.buys(first.buyerId, first.key, [product, 1]);
    expect(await cancelOrder(order.database, first.orderId, 'BUYER')).toBe('done');
    await order.database.run(`UPDATE orders SET updated_at = now()${how} WHERE id = $1`, [first.orderId]);
    await order.appliesEffects();
    await replica.buys(second.buyerId, second.key, [product, 1]);
    await replica.rebuilds.rebuild(product);
    const again = await replica.buys(first.buyerId, first.key, [product, 1]);
    expect(again).toMatchObject({ order: { id: first.orderId, status: 'CANCELLED' } });
    expect(await order.counts(product)).toMatchObject({ epoch: 2, available: 0, held: 1 });
  },
);

test('what commits while a rebuild is under way waits for it, and is in its effect afterwards', async () => {
  const replica = order.openReplica();
  const product = order.catalog.sells({ total: 1 });
  const { buyerId, key, orderId } = newBuyer();
  await replica.buys(buyerId, key, [product, 1]);
  // Between steps 1 and 4 the order expires: the rebuild has read it as standing.
  order.catalog.onBook(async () => {
    await order.database.run('UPDATE orders SET pay_by = now() WHERE id = $1', [orderId]);
    expect(await expireDue(order.database)).toBe(1);
  });
  await replica.rebuilds.rebuild(product);
  order.catalog.onBook(() => Promise.resolve());
  expect(await order.counts(product)).toEqual({ epoch: 2, total: 1, available: 0, held: 1, sold: 0 });
  expect(await order.appliesEffects()).toEqual([]);
  expect(await order.counts(product)).toEqual({ epoch: 2, total: 1, available: 1, held: 0, sold: 0 });
});

test('an effect of catalog that waits for the rebuild under way does not make another one follow it', async () => {
  const replica = order.openReplica();
  const product = order.catalog.sells();
  const { buyerId, key, orderId } = newBuyer();
  await replica.buys(buyerId, key, [product, 1]);
  const resolver = new RebuildResolver(replica.rebuilds);
  const catalog = { identity: { kind: 'service' as const, service: 'catalog' as const }, requestId: 'test' };
  const asked: Promise<boolean>[] = [];
  const askForRebuild = (productId: string) => asked.push(resolver.warmStock(catalog, productId));
  const relay = openStockEffects({ ...order, askForRebuild });
  order.catalog.onBook(async () => {
    const hold = { epoch: 1, serial: 1 };
    await order.database.transaction('test', (tx) =>
      appendStockEffect(tx, { kind: 'commit', productId: product, epoch: 2, orderId, hold }),
    );
    await eventually(() => expect(asked).not.toHaveLength(0));
  });
  await replica.rebuilds.rebuild(product);
  order.catalog.onBook(() => Promise.resolve());
  await eventually(async () => expect(await relay.pending()).toBe(0));
  await relay.close();
  expect(await Promise.all(asked)).toContain(true);
  expect(await order.counts(product)).toMatchObject({ epoch: 2, held: 0, sold: 1 });
});

test('a rebuild waits for the changes that have the stock in hand', async () => {
  const replica = order.openReplica();
  const product = order.catalog.sells();
  await replica.rebuilds.rebuild(product);
  const { stockTruth } = order.catalog.asked;
  let rebuilding: Promise<boolean> | undefined;
  await order.database.transaction('test', async (tx) => {
    await lockStock(tx, product);
    rebuilding = replica.rebuilds.rebuild(product);
    await eventually(async () => {
      const waiting = await order.database.query(
        `SELECT 1 FROM pg_locks JOIN pg_database ON pg_database.oid = database AND datname = current_database()
         WHERE locktype = 'advisory' AND NOT granted AND mode = 'ExclusiveLock'`,
      );
      expect(waiting).toHaveLength(1);
    });
    expect(order.catalog.asked.stockTruth).toBe(stockTruth);
  });
  expect(await rebuilding).toBe(true);
  expect(await order.counts(product)).toMatchObject({ epoch: 2 });
});

test('a rebuild rises above a Redis that is ahead of PostgreSQL', async () => {
  const replica = order.openReplica();
  const product = order.catalog.sells();
  const first = newBuyer();
  await replica.buys(first.buyerId, first.key, [product, 1]);
  const ahead = await raiseEpoch(order.database, product, 50);
  await replica.rebuilds.rebuild(product);
  expect(await order.counts(product)).toMatchObject({ epoch: ahead + 1, held: 1 });
  // As a backup has it that was made before.
  await order.database.run('UPDATE listing SET epoch = 3 WHERE product_id = $1', [product]);

  const second = newBuyer();
  expect(await replica.buys(second.buyerId, second.key, [product, 1])).toMatchObject({
    order: { id: second.orderId, status: 'PENDING_PAYMENT' },
  });
  expect(await order.counts(product)).toEqual({
    epoch: ahead + 2,
    total: 10,
    available: 8,
    held: 2,
    sold: 0,
  });
});

test('a rebuild that catalog does not answer leaves a product that is sold as it was', async () => {
  const replica = order.openReplica();
  const product = order.catalog.sells();
  await replica.rebuilds.rebuild(product);
  const away = jest.spyOn(order.catalog.client, 'ask').mockRejectedValue(new Unavailable('catalog'));
  await expect(replica.rebuilds.rebuild(product)).rejects.toThrow('catalog is unavailable');
  const { buyerId, key, orderId } = newBuyer();
  expect(await replica.buys(buyerId, key, [product, 1])).toMatchObject({ order: { id: orderId } });
  away.mockRestore();
  expect(await order.counts(product)).toMatchObject({ epoch: 1, held: 1 });
});

test('a rebuild that another one overtook starts over', async () => {
  const replica = order.openReplica();
  const product = order.catalog.sells();
  let overtaken = false;
  order.catalog.onTruth(async () => {
    if (overtaken) return;
    overtaken = true;
    // Another replica, whose lock did not hold: it has raised the epoch and asked catalog meanwhile.
    order.catalog.of(product).epoch = await raiseEpoch(order.database, product, 0);
  });
  expect(await replica.rebuilds.rebuild(product)).toBe(true);
  order.catalog.onTruth(() => Promise.resolve());
  expect(await order.counts(product)).toMatchObject({ epoch: 3 });
});

test('what catalog has sold counts, even where order knows nothing of it', async () => {
  const replica = order.openReplica();
  const owner = newBuyer();
  const sold = { orderId: randomUUID(), buyerId: owner.buyerId, quantity: 2, epoch: 1, serial: 1 };
  const product = order.catalog.sells({ total: 3, committed: [sold] });
  await replica.rebuilds.rebuild(product);
  expect(await order.counts(product)).toMatchObject({ total: 3, available: 1, held: 0, sold: 2 });
  const limited = await replica.buys(owner.buyerId, owner.key, [product, 1]);
  expect(limited).toMatchObject({ rejection: { limit: 2, alreadyOrdered: 2 } });
});

test('warming rebuilds a cold product, and leaves a warm one in peace', async () => {
  const replica = order.openReplica();
  const product = order.catalog.sells();
  replica.rebuilds.warm(product);
  await eventually(async () => expect(await order.counts(product)).toMatchObject({ epoch: 1 }));
  replica.rebuilds.warm(product);
  // Takes the steps that warming would have taken, begun after it.
  await replica.rebuilds.rebuild(order.catalog.sells());
  expect(await order.counts(product)).toMatchObject({ epoch: 1 });
  expect(await replica.rebuiltTimes()).toBe(2);
});
