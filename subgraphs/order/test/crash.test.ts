import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openInventory } from '@stampede/shared/inventory';
import { eventually, openShop, type Shop } from '@stampede/shared/testing';
import { newBuyer } from './order-parts.js';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop({ stock: 2, limitPerBuyer: 1 });
});
afterAll(() => shop[Symbol.asyncDispose]());

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
