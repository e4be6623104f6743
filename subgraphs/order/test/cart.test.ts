import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ANONYMOUS } from '@stampede/shared/identity';
import { eventually } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { CartResolver } from '../src/cart/cart.resolver.js';
import { deleteCartLines } from '../src/cart/delete-cart-lines.js';
import { takeFromCart } from '../src/cart/take-from-cart.js';
import { openCart, sells } from './cart.fixture.js';
import { openOrderParts, type TestOrder } from './order-parts.js';

let order: TestOrder;
beforeAll(async () => {
  order = await openOrderParts();
});
afterAll(() => order[Symbol.asyncDispose]());

const badInput = (path: string) => ({ extensions: { code: 'BAD_USER_INPUT', fields: [{ path }] } });
const codeOf = (reason: unknown) => (reason as { extensions?: { code: string } }).extensions?.code;

/** Until so many of this database’s sessions wait for a lock. */
async function waiting(count: number): Promise<void> {
  await eventually(async () => {
    const [row] = await order.database.query<{ count: number }>(
      `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    expect(row?.count).toBe(count);
  });
}

test('shows what was put in, in the order of that, and what it would cost', async () => {
  const cart = openCart(order);
  const [a, b, c] = sells(order, 3) as [string, string, string];
  order.catalog.of(b).unitPrice = 2_500;
  await cart.setAll([
    [c, 1],
    [a, 2],
    [b, 3],
  ]);
  expect(await cart.lines()).toEqual([
    [c, 1],
    [a, 2],
    [b, 3],
  ]);
  expect(await cart.total()).toBe(10_500);
  await cart.set(c, 5);
  expect(await cart.lines()).toEqual([
    [c, 5],
    [a, 2],
    [b, 3],
  ]);
  await cart.set(a, 0);
  await cart.set(a, 1);
  expect(await cart.lines()).toEqual([
    [c, 5],
    [b, 3],
    [a, 1],
  ]);
  expect(await cart.clear()).toEqual({ lines: [], total: { amount: 0, currency: 'KRW' } });
});

test('is one person’s alone, and nobody’s who is not signed in', async () => {
  const [mine, yours] = [openCart(order), openCart(order)];
  const [product] = sells(order, 1) as [string];
  await mine.set(product, 1);
  await yours.set(product, 2);
  await yours.clear();
  expect(await mine.lines()).toEqual([[product, 1]]);
  const context = { identity: ANONYMOUS, requestId: 'test' };
  const resolver = new CartResolver(order.openReplica());
  const calls = [
    async () => resolver.cart(context),
    () => resolver.setCartLine(context, product, 1),
    () => resolver.clearCart(context),
  ];
  for (const call of calls)
    await expect(call()).rejects.toMatchObject({ extensions: { code: 'UNAUTHENTICATED' } });
});

test('takes an id in capitals for what it is', async () => {
  const cart = openCart(order);
  const [product] = sells(order, 1) as [string];
  await cart.set(product.toUpperCase(), 1);
  await cart.set(product, 2);
  expect(await cart.lines()).toEqual([[product, 2]]);
  await cart.set(product.toUpperCase(), 0);
  expect(await cart.lines()).toEqual([]);
});

test('a product that order has not heard of yet is asked for once', async () => {
  const cart = openCart(order);
  const [product] = sells(order, 1) as [string];
  const before = order.catalog.asked.productListing;
  expect((await cart.set(product, 2)).total.amount).toBe(2_000);
  await cart.set(product, 3);
  expect(order.catalog.asked.productListing - before).toBe(1);
});

test('a product that catalog did not know a moment ago is not asked for again', async () => {
  const cart = openCart(order);
  const unknown = randomUUID();
  const before = order.catalog.asked.productListing;
  for (let times = 0; times < 3; times += 1) {
    await expect(cart.set(unknown, 1)).rejects.toMatchObject({ extensions: { code: 'NOT_FOUND' } });
  }
  expect(order.catalog.asked.productListing - before).toBe(1);
});

test('what order knows only by a rebuild that has not got far is asked for as well', async () => {
  const cart = openCart(order);
  const [product] = sells(order, 1) as [string];
  await order.database.run('INSERT INTO listing (product_id, epoch) VALUES ($1, 1)', [product]);
  expect((await cart.set(product, 2)).total.amount).toBe(2_000);
});

test.each(['no-id', '', `${randomUUID()}'; DROP TABLE cart_line; --`, randomUUID()])(
  'there is no product %j',
  async (productId) => {
    const cart = openCart(order);
    await expect(cart.set(productId, 1)).rejects.toMatchObject({ extensions: { code: 'NOT_FOUND' } });
    expect(await cart.lines()).toEqual([]);
  },
);

test.each([-1, 1_001, 2 ** 31 - 1, -(2 ** 31)])('%d units are none that one can buy', async (quantity) => {
  const cart = openCart(order);
  const [product] = sells(order, 1) as [string];
  await cart.set(product, 1_000);
  await expect(cart.set(product, quantity)).rejects.toMatchObject(badInput('quantity'));
  expect(await cart.lines()).toEqual([[product, 1_000]]);
});

test('a product is taken out whatever has become of it, and nobody is asked', async () => {
  const cart = openCart(order);
  const [product] = sells(order, 1) as [string];
  await cart.set(product, 1);
  const gone = randomUUID();
  await order.database.run('UPDATE cart_line SET product_id = $2 WHERE product_id = $1', [product, gone]);
  const before = order.catalog.asked.productListing;
  expect(await cart.lines()).toEqual([[gone, 1]]);
  expect((await cart.set(gone, 0)).lines).toEqual([]);
  expect((await cart.set(gone, 0)).lines).toEqual([]);
  expect(order.catalog.asked.productListing).toBe(before);
});

test('holds twenty products, of which each may still be changed', async () => {
  const cart = openCart(order);
  const products = sells(order, 21);
  await cart.setAll(products.slice(0, 20).map((product) => [product, 1]));
  await expect(cart.set(products[20]!, 1)).rejects.toMatchObject(badInput('productId'));
  await cart.set(products[7]!, 9);
  await cart.set(products[3]!, 0);
  await cart.set(products[20]!, 1);
  expect(await cart.lines()).toHaveLength(20);
});

test('holds twenty products, however many devices put some in at once', async () => {
  const products = sells(order, 29);
  const cart = openCart(order);
  await cart.setAll(products.slice(0, 19).map((product) => [product, 1]));
  let answers: Promise<PromiseSettledResult<unknown>[]> = Promise.resolve([]);
  await order.database.transaction('test', async (tx) => {
    // Everybody may look, and nobody add: each is as far as it gets before any of them has.
    await tx.run('LOCK TABLE cart_line IN SHARE ROW EXCLUSIVE MODE');
    answers = Promise.allSettled(
      products.slice(19).map((product) => openCart(order, undefined, cart.userId).set(product, 1)),
    );
    await waiting(10);
  });
  const refused = (await answers).flatMap((answer) =>
    answer.status === 'rejected' ? [codeOf(answer.reason)] : [],
  );
  expect(refused).toEqual(Array.from({ length: 9 }, () => 'BAD_USER_INPUT'));
  expect(await cart.lines()).toHaveLength(20);
});

test.each([
  ['a line that is not there yet', 0],
  ['a line that is', 3],
])('of devices that set %s at once, the last wins', async (_, before) => {
  const cart = openCart(order);
  const other = openCart(order, undefined, cart.userId);
  const [product] = sells(order, 1) as [string];
  await cart.set(product, before);
  let answers: Promise<unknown> = Promise.resolve();
  await order.database.transaction('test', async (tx) => {
    await tx.run('LOCK TABLE cart_line IN SHARE ROW EXCLUSIVE MODE');
    const first = cart.set(product, 5);
    await waiting(1);
    answers = Promise.all([first, other.set(product, 7)]);
    await waiting(2);
  });
  await answers;
  expect(await cart.lines()).toEqual([[product, 7]]);
});

test('nothing is put into the cart of an account that is deleted', async () => {
  const cart = openCart(order);
  const [product] = sells(order, 1) as [string];
  await order.database.run('INSERT INTO deleted_account (id) VALUES ($1)', [cart.userId]);
  await expect(cart.set(product, 1)).rejects.toMatchObject({ extensions: { code: 'UNAUTHENTICATED' } });
  expect(await cart.lines()).toEqual([]);
});

test('a purchase and whoever empties the cart take its lines in the same order, and never wait crosswise', async () => {
  const cart = openCart(order);
  const [low, high] = sells(order, 2) as [string, string];
  // So that rows lie the other way round in the table.
  await cart.setAll([
    [high, 1],
    [low, 1],
  ]);
  const { database } = order;
  let done: Promise<unknown> = Promise.resolve();
  await database.transaction('test', async (tx) => {
    await tx.run('SELECT FROM cart_line WHERE buyer_id = $1 AND product_id = $2 FOR UPDATE', [
      cart.userId,
      low,
    ]);
    const bought = [high, low].map((productId) => ({ productId, quantity: 1 }));
    const purchase = database.transaction('test', (other) => takeFromCart(other, cart.userId, bought));
    await waiting(1);
    const emptying = deleteCartLines(database, [cart.userId]);
    await waiting(2);
    done = Promise.all([purchase, emptying]);
  });
  expect(await done).toEqual([true, undefined]);
  expect(await cart.lines()).toEqual([]);
});

test('what is taken is taken from what the line holds once its other change has committed', async () => {
  const cart = openCart(order);
  const [raised, lowered, removed, equal] = sells(order, 4) as [string, string, string, string];
  await cart.setAll([raised, lowered, removed, equal].map((product) => [product, 2]));
  const { database } = order;
  let taking: Promise<boolean> = Promise.resolve(false);
  await database.transaction('test', async (tx) => {
    const set = (product: string, quantity: number) =>
      tx.run('UPDATE cart_line SET quantity = $3 WHERE buyer_id = $1 AND product_id = $2', [
        cart.userId,
        product,
        quantity,
      ]);
    await set(raised, 5);
    await set(lowered, 1);
    await tx.run('DELETE FROM cart_line WHERE buyer_id = $1 AND product_id = $2', [cart.userId, removed]);
    const bought = [raised, lowered, removed, equal].map((productId) => ({ productId, quantity: 2 }));
    taking = database.transaction('test', (other) => takeFromCart(other, cart.userId, bought));
    await waiting(1);
  });
  expect(await taking).toBe(false);
  expect(await cart.lines()).toEqual([[raised, 3]]);
});
