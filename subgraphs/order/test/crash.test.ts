import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openInventory } from '@stampede/shared/inventory';
import { copiedDatabase, drillRestore, eventually, openShop, type Shop } from '@stampede/shared/testing';
import { tally } from './deliveries.fixture.js';
import { newBuyer } from './order-parts.js';
import { saleStats } from './sale-stats.fixture.js';

const WAIT_S = 1_000;
const SCHEDULE = {
  DELIVERY_PREPARE_AFTER_S: String(WAIT_S),
  DELIVERY_SHIP_AFTER_S: String(WAIT_S),
  DELIVERY_ARRIVE_AFTER_S: String(WAIT_S),
  DELIVERY_CARRIER: 'Test Express',
};

let shop: Shop;
beforeAll(async () => {
  shop = await openShop({ stock: 2, limitPerBuyer: 1, env: { order: SCHEDULE } });
});
afterAll(() => shop[Symbol.asyncDispose]());

// On the same shop: to start one takes longer than its tests.
saleStats(() => shop);

test('what a crashed checkout has held is sold to somebody else', async () => {
  const productId = shop.product.id;
  const line = { productId, quantity: 1 };
  const [first, second] = await shop.accounts(2);
  await first!.buys([line]);
  // As order does it, up to where it dies.
  const { buyerId, orderId } = newBuyer();
  const inventory = openInventory(shop.redis, shop.namespace);
  const held = await inventory.reserve({ ...line, orderId, buyerId, digest: 'basket', minEpoch: 0 });
  expect(held).toMatchObject({ kind: 'held' });
  const { data } = await second!.checkout([line]);
  expect(data.checkout).toMatchObject({ __typename: 'SoldOut', available: 0 });
  // Ten seconds have passed.
  const key = `${shop.namespace}:{p:${productId}}:orders`;
  const entry = (await shop.redis.hget(key, orderId)) ?? '';
  await shop.redis.hset(
    key,
    orderId,
    entry.replace(/\d+$/, (heldAt) => String(Number(heldAt) - 10_000)),
  );

  await shop.invariants();
  await second!.buys([line]);
  await shop.invariants();
});

test('an order service that is killed among its checkouts comes back to what is true', async () => {
  const product = await shop.createProduct({ stock: 15, limitPerBuyer: 1 });
  const line = { productId: product.id, quantity: 1 };
  const buyers = await shop.accounts(40);
  const keys = buyers.map((_, index) => `crash-key-${index}`);
  const racing = Promise.all(buyers.map((buyer, index) => buyer.checkout([line], keys[index])));
  const inventory = openInventory(shop.redis, shop.namespace);
  await eventually(async () => {
    const [stock] = await inventory.read([product.id]);
    expect(stock?.held).toBeGreaterThan(0);
  });
  await shop.services.order.stop('SIGKILL');
  await racing;
  shop.services.order.start();
  await shop.services.order.ready();
  // Everybody presses again; whoever had a unit has it still, and only one.
  const answers = await Promise.all(buyers.map((buyer, index) => buyer.checkout([line], keys[index])));
  const kinds = answers.map(({ data, errors }) => data?.checkout?.__typename ?? errors?.[0]?.extensions.code);
  expect(kinds.filter((kind) => kind === 'Order')).toHaveLength(15);
  expect(kinds.filter((kind) => kind === 'SoldOut')).toHaveLength(25);
  await shop.invariants();
});

test('a replica that is killed amid the steps of a delivery leaves them to the other, and each is taken once', async () => {
  const product = await shop.createProduct({ stock: 3 });
  const buyers = await shop.accounts(3);
  const orders = await Promise.all(
    buyers.map((buyer) => buyer.buys([{ productId: product.id, quantity: 1 }])),
  );
  const ids = orders.map(({ id }) => String(id));
  const first = shop.services.order;
  const second = await first.another({ PGAPPNAME: 'second' });
  try {
    second.start();
    await second.ready();
    const blocked = await shop.sql('order').transaction('test', async (tx) => {
      // Whoever takes a step comes as far as the line of the timeline, with the orders’ rows in hand.
      await tx.run('LOCK TABLE order_event IN SHARE MODE');
      // Two steps are due.
      await shop
        .sql('order')
        .run('UPDATE orders SET delivery_since = now() - make_interval(secs => $2) WHERE id = ANY($1)', [
          ids,
          2.5 * WAIT_S,
        ]);
      const name = await eventually(async () => {
        const [waiting] = await shop.sql('order').query<{ name: string }>(
          `SELECT application_name AS name FROM pg_stat_activity WHERE datname = current_database()
             AND wait_event_type = 'Lock' AND query LIKE 'INSERT INTO order_event%'`,
        );
        if (!waiting) throw new Error('nobody takes a step');
        return waiting.name;
      });
      await (name === 'second' ? second : first).stop('SIGKILL');
      return name;
    });
    await eventually(async () =>
      expect(await tally(shop.sql('order'), ids)).toMatchObject({ orders: { SHIPPED: 3 } }),
    );
    const { events, parcels, said } = await tally(shop.sql('order'), ids);
    const steps = ['PENDING_PAYMENT', 'PAID', 'CONFIRMED', 'PREPARING', 'SHIPPED'];
    expect(events).toEqual(Object.fromEntries(steps.map((status) => [status, 3])));
    expect(parcels).toEqual({ 'under way': 3 });
    expect(said['order.shipped']).toBe(3);
    if (blocked !== 'second') {
      first.start();
      await first.ready();
    }
  } finally {
    await second.stop();
  }
  const delivery = 'query ($id: ID!) { order(id: $id) { number delivery { carrier trackingNumber } } }';
  const { data } = await buyers[0]!.send(delivery, { id: ids[0] });
  expect(data.order.delivery).toEqual({
    carrier: 'Test Express',
    trackingNumber: `ST${String(data.order.number).replaceAll('-', '')}`,
  });
  await shop.invariants();
});

test('a database that is restored, with Redis and RabbitMQ emptied, goes on from where it was saved', async () => {
  await using backup = copiedDatabase(shop.databaseName);
  await drillRestore(shop, backup);
});
