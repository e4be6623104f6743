import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Database } from '@stampede/shared/database';
import { Unavailable } from '@stampede/shared/errors';
import type { Inventory } from '@stampede/shared/inventory';
import { randomUUID } from 'node:crypto';
import type { CheckoutParts } from '../src/checkout/checkout.js';
import { raiseEpoch } from '../src/rebuild/steps.js';
import { openCart, sells } from './cart.fixture.js';
import { HOME } from './fake-addresses.js';
import { openOrderParts, type TestOrder } from './order-parts.js';

let order: TestOrder;
beforeAll(async () => {
  order = await openOrderParts();
});
afterAll(() => order[Symbol.asyncDispose]());

const key = () => `key-${randomUUID()}`;
/** Redlock is advisory: what holds with it holds without. */
const UNGUARDED: CheckoutParts['guard'] = { inTurn: (_name, _times, work) => work() };
const lines = (...of: [string, number][]) => of.map(([productId, quantity]) => ({ productId, quantity }));
const conflict = { extensions: { code: 'IDEMPOTENCY_CONFLICT' } };
const heldOf = async (product: string) => (await order.counts(product))?.held;

/** Parts that do something once, right after a product was held: between Redis and PostgreSQL. */
function afterHolding(product: string, action: () => Promise<unknown>): CheckoutParts {
  let done = false;
  const inventory: Inventory = {
    ...order.inventory,
    reserve: async (request) => {
      const answer = await order.inventory.reserve(request);
      if (done || answer.kind !== 'held' || request.productId !== product) return answer;
      done = true;
      await action();
      return answer;
    },
  };
  return order.openReplica(inventory);
}

test('what is in the cart is bought, and is not in it any more', async () => {
  const cart = openCart(order);
  const [a, b] = sells(order, 2) as [string, string];
  await cart.setAll([
    [b, 1],
    [a, 2],
  ]);
  const id = await cart.buys();
  expect(await cart.orders()).toEqual([
    {
      id,
      lines: [
        [a, 2],
        [b, 1],
      ],
    },
  ]);
  expect(await cart.lines()).toEqual([]);
  expect([await heldOf(a), await heldOf(b)]).toEqual([2, 1]);
});

test('an empty cart buys nothing, and no lines are not the cart', async () => {
  const cart = openCart(order);
  const [product] = sells(order, 1) as [string];
  expect(await cart.buys()).toBe('CartEmpty');
  expect(await cart.buys(key(), { lines: null })).toBe('CartEmpty');
  await cart.set(product, 1);
  expect(await cart.buys(key(), { lines: [] })).toBe('CartEmpty');
  expect(await cart.lines()).toEqual([[product, 1]]);
  expect(await cart.orders()).toEqual([]);
});

test('a repeat gives the order again, and leaves alone what is in the cart by then', async () => {
  const cart = openCart(order);
  const [bought, later] = sells(order, 2) as [string, string];
  await cart.set(bought, 2);
  const once = key();
  const id = await cart.buys(once);
  expect(await cart.buys(once)).toBe(id);
  await cart.setAll([
    [bought, 1],
    [later, 3],
  ]);
  expect(await cart.buys(once)).toBe(id);
  expect(await cart.lines()).toEqual([
    [bought, 1],
    [later, 3],
  ]);
  expect(await cart.orders()).toHaveLength(1);
  expect(await heldOf(bought)).toBe(2);
});

test('a repeat has its order from PostgreSQL alone: Redis may be away', async () => {
  const cart = openCart(order);
  const [product] = sells(order, 1) as [string];
  await cart.set(product, 2);
  const once = key();
  const id = await cart.buys(once);
  const away = () => Promise.reject(new Unavailable('redis'));
  const parts = {
    ...order.openReplica({ ...order.inventory, probe: away, reserve: away }),
    guard: { inTurn: away },
  };
  const repeat = openCart(order, parts, cart.userId);
  expect(await repeat.buys(once)).toBe(id);
  await expect(repeat.buys(once, { address: HOME })).rejects.toMatchObject(conflict);
  expect(repeat.counted()).toEqual({});
  await cart.set(product, 1);
  await expect(repeat.buys()).rejects.toThrow(Unavailable);
});

test('one key is one basket, whichever way it is said, and one address', async () => {
  const cart = openCart(order);
  const [a, b] = sells(order, 2) as [string, string];
  await cart.set(a, 2);
  const [first, second] = [key(), key()];
  const id = await cart.buys(first);
  expect(await cart.buys(first, { lines: lines([a, 2]) })).toBe(id);
  await expect(cart.buys(first, { lines: lines([a, 1]) })).rejects.toMatchObject(conflict);
  await expect(cart.buys(first, { lines: lines([b, 1]) })).rejects.toMatchObject(conflict);
  await expect(cart.buys(first, { address: HOME })).rejects.toMatchObject(conflict);

  await cart.set(b, 5);
  const another = await cart.buys(second, { lines: lines([a, 1]) });
  expect(await cart.buys(second)).toBe(another);
  expect(await cart.lines()).toEqual([[b, 5]]);
  expect(await cart.orders()).toHaveLength(2);
});

test('what is bought by lines leaves the cart as well, as many units as were bought', async () => {
  const cart = openCart(order);
  const [more, equal, less, other, never] = sells(order, 5) as [string, string, string, string, string];
  await cart.setAll([
    [other, 1],
    [less, 1],
    [equal, 2],
    [more, 3],
  ]);
  await cart.buys(key(), { lines: lines([more, 2], [equal, 1], [never, 4], [less, 2], [equal, 1]) });
  expect(await cart.lines()).toEqual([
    [other, 1],
    [more, 1],
  ]);
  // A repeat takes nothing more out.
  const once = key();
  await cart.set(more, 9);
  for (let times = 0; times < 3; times += 1) await cart.buys(once, { lines: lines([more, 2]) });
  expect(await cart.lines()).toEqual([
    [other, 1],
    [more, 7],
  ]);
});

test('it leaves the cart once, also when placing the order takes two tries', async () => {
  const [product] = sells(order, 1) as [string];
  const parts = afterHolding(product, () => raiseEpoch(order.database, product, 0));
  const cart = openCart(order, parts);
  await cart.set(product, 7);
  await cart.buys(key(), { lines: lines([product, 2]) });
  expect(await cart.lines()).toEqual([[product, 5]]);
  expect(await heldOf(product)).toBe(2);
});

test('a line that another device raises meanwhile keeps the rest', async () => {
  const [product] = sells(order, 1) as [string];
  const device = openCart(order);
  await device.set(product, 2);
  const cart = openCart(
    order,
    afterHolding(product, () => device.set(product, 5)),
    device.userId,
  );
  const id = await cart.buys();
  expect(await cart.orders()).toEqual([{ id, lines: [[product, 2]] }]);
  expect(await cart.lines()).toEqual([[product, 3]]);
});

test('a cart that another device makes smaller meanwhile is bought as it is by then', async () => {
  const [kept, product] = sells(order, 2) as [string, string];
  const device = openCart(order);
  await device.setAll([
    [kept, 1],
    [product, 3],
  ]);
  const parts = afterHolding(product, () => device.set(product, 2));
  const cart = openCart(order, parts, device.userId);
  const id = await cart.buys();
  expect(await cart.orders()).toEqual([
    {
      id,
      lines: [
        [kept, 1],
        [product, 2],
      ],
    },
  ]);
  expect(await cart.lines()).toEqual([]);
  await order.appliesEffects();
  expect([await heldOf(kept), await heldOf(product)]).toEqual([1, 2]);
});

test('a cart that another device clears meanwhile is not bought, and nothing stays held', async () => {
  const [product] = sells(order, 1) as [string];
  const device = openCart(order);
  await device.set(product, 2);
  const cart = openCart(
    order,
    afterHolding(product, () => device.clear()),
    device.userId,
  );
  expect(await cart.buys()).toBe('CartEmpty');
  expect(await cart.orders()).toEqual([]);
  await order.appliesEffects();
  expect(await heldOf(product)).toBe(0);
});

test.each([
  ['in turn', undefined],
  ['and nothing keeps them in turn', UNGUARDED],
])('devices that buy the cart at once buy it once, %s', async (_, guard) => {
  const [a, b] = sells(order, 2) as [string, string];
  const cart = openCart(order);
  const devices = Array.from({ length: 5 }, () =>
    openCart(order, { ...order.openReplica(), ...(guard && { guard }) }, cart.userId),
  );
  await cart.setAll([
    [b, 2],
    [a, 1],
  ]);
  const answers = await Promise.all(devices.map((device) => device.buys()));
  const orders = await cart.orders();
  expect(orders).toHaveLength(1);
  expect(answers.filter((answer) => answer !== 'CartEmpty')).toEqual([orders[0]?.id]);
  expect(await cart.lines()).toEqual([]);
  await order.appliesEffects();
  expect([await heldOf(a), await heldOf(b)]).toEqual([1, 2]);
});

test.each([
  ['in turn', undefined],
  ['and nothing keeps them in turn', UNGUARDED],
])('the same purchase of the cart, sent five times at once, is one order, %s', async (_, guard) => {
  const [product] = sells(order, 1) as [string];
  const cart = openCart(order, { ...order.openReplica(), ...(guard && { guard }) });
  await cart.set(product, 3);
  const once = key();
  const answers = await Promise.all(Array.from({ length: 5 }, () => cart.buys(once)));
  const orders = await cart.orders();
  expect(orders).toHaveLength(1);
  expect(new Set(answers)).toEqual(new Set([orders[0]?.id]));
  expect(cart.counted()).toEqual({ [product]: 1 });
  expect(await heldOf(product)).toBe(3);
});

test('a repeat that began before the first try was done gets its order', async () => {
  const [product] = sells(order, 1) as [string];
  const first = openCart(order);
  await first.set(product, 2);
  const once = key();
  let id: string | undefined;
  const { database } = order;
  /** Lets the first try happen right after the repeat has read something for the first time. */
  const slow: Database = {
    ...database,
    query: async <R extends object>(...args: Parameters<Database['query']>) => {
      const rows = await database.query<R>(...args);
      id ??= await first.buys(once);
      return rows;
    },
  };
  const repeat = openCart(order, { ...order.openReplica(), database: slow }, first.userId);
  expect(await repeat.buys(once)).toBe(id);
  expect(await first.orders()).toHaveLength(1);
});

test('a repeat that meets its first try under way gets its order, though the cart is another one by then', async () => {
  const [product] = sells(order, 1) as [string];
  const device = openCart(order);
  await device.set(product, 2);
  const once = key();
  let repeat: Promise<string> | undefined;
  const parts = afterHolding(product, async () => {
    await device.set(product, 5);
    repeat = device.buys(once);
  });
  const id = await openCart(order, parts, device.userId).buys(once);
  expect(await repeat).toBe(id);
  expect(await device.orders()).toEqual([{ id, lines: [[product, 2]] }]);
  expect(await device.lines()).toEqual([[product, 3]]);
});

test('a try that died while it held the cart is gone on with', async () => {
  const [product] = sells(order, 1) as [string];
  const device = openCart(order);
  await device.set(product, 2);
  const once = key();
  const dies = afterHolding(product, () => Promise.reject(new Error('killed')));
  await expect(openCart(order, dies, device.userId).buys(once)).rejects.toThrow('killed');
  expect(await device.lines()).toEqual([[product, 2]]);

  // What it held cannot be another cart's; the sweep of orphans gives it back.
  await device.set(product, 4);
  await expect(device.buys(once)).rejects.toThrow(Unavailable);
  await device.set(product, 2);
  const id = await device.buys(once);
  expect(await device.orders()).toEqual([{ id, lines: [[product, 2]] }]);
  expect(await heldOf(product)).toBe(2);
});

test('a cart that cannot be bought stays as it is, and says why for the first product of which that is so', async () => {
  const cart = openCart(order);
  const [open, over, overToo, rare] = sells(order, 4) as [string, string, string, string];
  for (const product of [over, overToo]) order.catalog.of(product).closesAt = 1;
  Object.assign(order.catalog.of(rare), { total: 1, limitPerBuyer: 1 });
  await cart.setAll([
    [rare, 2],
    [overToo, 1],
    [open, 1],
    [over, 1],
  ]);
  expect(await cart.buys()).toBe('SaleNotOpen');
  expect(cart.counted()).toEqual({ [over]: 1 });
  for (const product of [over, overToo]) await cart.set(product, 0);
  expect(await cart.buys()).toBe('LimitExceeded');
  await cart.set(rare, 1);
  await openCart(order).buys(key(), { lines: lines([rare, 1]) });
  expect(await cart.buys()).toBe('SoldOut');
  expect(await cart.lines()).toEqual([
    [rare, 1],
    [open, 1],
  ]);
  expect(await cart.orders()).toEqual([]);
  expect(await heldOf(open)).toBe(0);
});

test('a cart with something in it that has gone stays as it is, too', async () => {
  const cart = openCart(order);
  const [kept, product] = sells(order, 2) as [string, string];
  await cart.setAll([
    [product, 1],
    [kept, 1],
  ]);
  const gone = 'ffffffff-ffff-4fff-8fff-ffffffffffff';
  await order.database.run('UPDATE cart_line SET product_id = $2 WHERE product_id = $1', [product, gone]);
  await expect(cart.buys()).rejects.toMatchObject({ extensions: { code: 'NOT_FOUND' } });
  expect(await cart.lines()).toEqual([
    [gone, 1],
    [kept, 1],
  ]);
  expect(await heldOf(kept)).toBe(0);
  await cart.set(gone, 0);
  expect(await cart.orders()).toEqual([]);
  expect(await cart.buys()).toBe((await cart.orders())[0]?.id);
});

test('a purchase of the cart counts as any other, and its repeat not at all', async () => {
  const cart = openCart(order);
  const [a, b] = sells(order, 2) as [string, string];
  await cart.setAll([
    [a, 1],
    [b, 2],
  ]);
  const once = key();
  await cart.buys(once);
  expect(cart.counted()).toEqual({ [a]: 1, [b]: 1 });
  await cart.buys(once);
  await cart.buys();
  expect(cart.counted()).toEqual({});
});

test('who has no cart pays nothing for it, and who has one a single statement', async () => {
  const [product, other] = sells(order, 2) as [string, string];
  let statements: string[] = [];
  const { database } = order;
  const watched: Database = {
    ...database,
    transaction: (step, work) =>
      database.transaction('test', (tx) =>
        work({
          ...tx,
          query: (text, ...rest) => {
            statements.push(text);
            return tx.query(text, ...rest);
          },
          run: (text, ...rest) => {
            statements.push(text);
            return tx.run(text, ...rest);
          },
        }),
      ),
  };
  const parts = { ...order.openReplica(), database: watched };
  await openCart(order, parts).buys(key(), { lines: lines([product, 1]) });
  const without = statements.length;
  const cart = openCart(order, parts);
  await cart.set(other, 1);
  statements = [];
  await cart.buys(key(), { lines: lines([product, 1]) });
  expect(statements).toHaveLength(without + 1);
});
