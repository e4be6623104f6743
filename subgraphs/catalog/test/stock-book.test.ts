import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Database, Transaction } from '@stampede/shared/database';
import { lockStockExclusively } from '@stampede/shared/inventory';
import type { HeldLine } from '@stampede/shared/messages';
import type { Handler } from '@stampede/shared/messaging';
import { eventually, openTestDatabase, type TestDatabase } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { createProduct } from '../src/create-product/create-product.js';
import { onOrderCancelled } from '../src/stock-book/on-order-cancelled.js';
import { onOrderPaid } from '../src/stock-book/on-order-paid.js';
import type { StockOrderStatus } from '../src/stock-book/stock-order.js';
import { MIGRATIONS, productInput } from './open-catalog.js';

const EPOCH = 7;
const HOLD_EPOCH = 5;
type Known = StockOrderStatus | 'NOTHING';

let testDatabase: TestDatabase;
let database: Database;
beforeAll(async () => {
  testDatabase = await openTestDatabase('catalog', MIGRATIONS);
  database = testDatabase.database;
});
afterAll(() => testDatabase[Symbol.asyncDispose]());

interface Order {
  orderId: string;
  buyerId: string;
  lines: HeldLine[];
}

let serial = 0;
async function newProduct(total: number, sold = 0): Promise<string> {
  const { id } = await createProduct(database, randomUUID(), productInput({ stock: total }));
  await database.run('UPDATE product SET sold = $2, epoch = $3 WHERE id = $1', [id, sold, EPOCH]);
  return id;
}
const orderOf = (...wanted: [productId: string, quantity: number][]): Order => ({
  orderId: randomUUID(),
  buyerId: randomUUID(),
  lines: wanted.map(([productId, quantity]) => ({
    productId,
    quantity,
    epoch: HOLD_EPOCH,
    serial: (serial += 1),
  })),
});

const deliver = (handler: Handler, body: object) =>
  database.transaction('test', (tx) => handler.handle(tx, body, { messageId: randomUUID(), attempts: 0 }));
const paid = (order: Order) => deliver(onOrderPaid, { ...order, paymentId: randomUUID() });
const cancelled = (order: Order) => deliver(onOrderCancelled, { ...order, reason: 'BUYER' });

/** Brings an order into a status by writing the rows that belong to it. */
async function know({ orderId, buyerId, lines }: Order, status: Known): Promise<void> {
  if (status === 'NOTHING') return;
  await database.run('INSERT INTO stock_order (order_id, buyer_id, status) VALUES ($1, $2, $3)', [
    orderId,
    buyerId,
    status,
  ]);
  if (status !== 'COMMITTED' && status !== 'RETURNED') return;
  for (const { productId, quantity, epoch, serial: held } of lines) {
    await database.run('INSERT INTO stock_order_line VALUES ($1, $2, $3, $4, $5)', [
      orderId,
      productId,
      quantity,
      epoch,
      held,
    ]);
    if (status === 'COMMITTED') {
      await database.run('UPDATE product SET sold = sold + $2 WHERE id = $1', [productId, quantity]);
    }
  }
}

/** Everything that the book says of an order. */
async function bookOf({ orderId, lines }: Order) {
  const [row] = await database.query<{ status: StockOrderStatus }>(
    'SELECT status FROM stock_order WHERE order_id = $1',
    [orderId],
  );
  const products = await database.query<{ id: string; sold: number }>('SELECT id, sold FROM product');
  return {
    status: row?.status ?? 'NOTHING',
    sold: lines.map(({ productId }) => products.find(({ id }) => id === productId)?.sold),
    said: (
      await database.query<{ routing_key: string; body: { reason?: string } }>(
        `SELECT routing_key, body FROM outbox WHERE body->>'orderId' = $1 ORDER BY id`,
        [orderId],
      )
    ).map(({ routing_key, body }) => (body.reason ? `${routing_key} ${body.reason}` : routing_key)),
    effects: (
      await database.query<{ kind: string; product_id: string; epoch: number; name: string }>(
        `SELECT kind, product_id, epoch, hold_epoch || '/' || hold_serial AS name
         FROM stock_effect WHERE order_id = $1 ORDER BY id`,
        [orderId],
      )
    ).map(({ kind, product_id, epoch, name }) => `${kind} ${product_id} in ${epoch} of ${name}`),
  };
}
const effectsOf = (kind: string, { lines }: Order, epoch = EPOCH) =>
  lines.map((line) => `${kind} ${line.productId} in ${epoch} of ${line.epoch}/${line.serial}`);

interface Row {
  event: 'order.paid' | 'order.cancelled';
  known: Known;
  becomes: Known;
  /** Units sold of each of the two products, of which the order wants 2 and 1. */
  sold: [number, number];
  said: string[];
  effects?: 'commit' | 'return';
}

const TABLE: Row[] = [
  {
    event: 'order.paid',
    known: 'NOTHING',
    becomes: 'COMMITTED',
    sold: [2, 1],
    said: ['stock.committed'],
    effects: 'commit',
  },
  { event: 'order.paid', known: 'COMMITTED', becomes: 'COMMITTED', sold: [2, 1], said: ['stock.committed'] },
  {
    event: 'order.paid',
    known: 'REJECTED',
    becomes: 'REJECTED',
    sold: [0, 0],
    said: ['stock.rejected NO_UNITS_LEFT'],
  },
  {
    event: 'order.paid',
    known: 'RETURNED',
    becomes: 'RETURNED',
    sold: [0, 0],
    said: ['stock.rejected ORDER_ENDED'],
  },
  {
    event: 'order.paid',
    known: 'CANCELLED',
    becomes: 'CANCELLED',
    sold: [0, 0],
    said: ['stock.rejected ORDER_ENDED'],
  },
  { event: 'order.cancelled', known: 'NOTHING', becomes: 'CANCELLED', sold: [0, 0], said: [] },
  {
    event: 'order.cancelled',
    known: 'COMMITTED',
    becomes: 'RETURNED',
    sold: [0, 0],
    said: ['stock.returned'],
    effects: 'return',
  },
  {
    event: 'order.cancelled',
    known: 'RETURNED',
    becomes: 'RETURNED',
    sold: [0, 0],
    said: ['stock.returned'],
  },
  { event: 'order.cancelled', known: 'REJECTED', becomes: 'REJECTED', sold: [0, 0], said: [] },
  { event: 'order.cancelled', known: 'CANCELLED', becomes: 'CANCELLED', sold: [0, 0], said: [] },
];

test.each(TABLE)('$event meets $known: $becomes', async ({ event, known, becomes, sold, said, effects }) => {
  const order = orderOf([await newProduct(10), 2], [await newProduct(10), 1]);
  await know(order, known);
  await (event === 'order.paid' ? paid : cancelled)(order);
  expect(await bookOf(order)).toEqual({
    status: becomes,
    sold,
    said,
    effects: effects ? expect.arrayContaining(effectsOf(effects, order)) : [],
  });
  expect((await bookOf(order)).effects).toHaveLength(effects ? 2 : 0);
});

test('told again under another message id, every event says the same and changes nothing', async () => {
  const order = orderOf([await newProduct(3), 2]);
  await paid(order);
  await paid(order);
  expect(await bookOf(order)).toEqual({
    status: 'COMMITTED',
    sold: [2],
    said: ['stock.committed', 'stock.committed'],
    effects: effectsOf('commit', order),
  });
  await cancelled(order);
  await cancelled(order);
  await paid(order);
  expect(await bookOf(order)).toEqual({
    status: 'RETURNED',
    sold: [0],
    said: [
      'stock.committed',
      'stock.committed',
      'stock.returned',
      'stock.returned',
      'stock.rejected ORDER_ENDED',
    ],
    effects: [...effectsOf('commit', order), ...effectsOf('return', order)],
  });
});

test('a cancellation that comes first leaves a tombstone, and nothing is sold after it', async () => {
  const order = orderOf([await newProduct(1), 1]);
  await cancelled(order);
  await paid(order);
  expect(await bookOf(order)).toEqual({
    status: 'CANCELLED',
    sold: [0],
    said: ['stock.rejected ORDER_ENDED'],
    effects: [],
  });
});

test.each([
  ['first', 0],
  ['second', 1],
  ['last', 2],
])('an order is rejected whole when its %s product has too few units left', async (_, scarce) => {
  const products = (await Promise.all([newProduct(5, 1), newProduct(5, 1), newProduct(5, 1)])).toSorted();
  await database.run('UPDATE product SET sold = 4 WHERE id = $1', [products[scarce]]);
  const order = orderOf(...products.map((id): [string, number] => [id, 2]));
  await paid(order);
  expect(await bookOf(order)).toEqual({
    status: 'REJECTED',
    sold: products.map((_id, index) => (index === scarce ? 4 : 1)),
    said: ['stock.rejected NO_UNITS_LEFT'],
    effects: [],
  });
  const lines = await database.query('SELECT 1 FROM stock_order_line WHERE order_id = $1', [order.orderId]);
  expect(lines).toEqual([]);
});

test('the last units are sold, and not one more', async () => {
  const product = await newProduct(3);
  const [two, one, more] = [orderOf([product, 2]), orderOf([product, 1]), orderOf([product, 1])];
  for (const order of [two, one, more]) await paid(order);
  expect((await bookOf(one)).sold).toEqual([3]);
  expect((await bookOf(more)).status).toBe('REJECTED');
});

test('a product that catalog does not know is a rejection, not a dead letter', async () => {
  const order = orderOf([await newProduct(3), 1], [randomUUID(), 1]);
  await paid(order);
  const { status, sold } = await bookOf(order);
  expect({ status, sold }).toEqual({ status: 'REJECTED', sold: [0, undefined] });
});

test('of orders that come at the same time, exactly as many are committed as there are units', async () => {
  const product = await newProduct(4);
  const orders = Array.from({ length: 12 }, () => orderOf([product, 1]));
  await Promise.all(orders.map(paid));
  const statuses = await Promise.all(orders.map(async (order) => (await bookOf(order)).status));
  expect(statuses.toSorted()).toEqual([...Array(4).fill('COMMITTED'), ...Array(8).fill('REJECTED')]);
  expect((await bookOf(orders[0]!)).sold).toEqual([4]);
});

test('baskets whose lines come crosswise never wait for each other in a ring', async () => {
  const [a, b] = [await newProduct(100), await newProduct(100)];
  const orders = Array.from({ length: 16 }, (_, index) =>
    index % 2 === 0 ? orderOf([a, 1], [b, 1]) : orderOf([b, 1], [a, 1]),
  );
  await Promise.all(orders.map(paid));
  await Promise.all(orders.map(cancelled));
  expect((await bookOf(orders[0]!)).sold).toEqual([0, 0]);
});

test('an order whose events come at the same time is worked off once; the other comes again', async () => {
  const order = orderOf([await newProduct(9), 1]);
  const results = await Promise.allSettled([paid(order), paid(order), cancelled(order)]);
  expect(results.some(({ status }) => status === 'fulfilled')).toBe(true);
  await paid(order);
  await cancelled(order);
  const { status, sold } = await bookOf(order);
  expect(['RETURNED', 'CANCELLED']).toContain(status);
  expect(sold).toEqual([0]);
});

test.each(['order.paid', 'order.cancelled'])(
  'an effect of %s that waited for a rebuild carries the epoch that the rebuild raised',
  async (event) => {
    const productId = await newProduct(5);
    const order = orderOf([productId, 1]);
    if (event === 'order.cancelled') await know(order, 'COMMITTED');
    let handled: Promise<void> | undefined;
    await database.transaction('test', async (tx: Transaction) => {
      await lockStockExclusively(tx, productId);
      handled = (event === 'order.paid' ? paid : cancelled)(order);
      await eventually(async () => {
        const waiting = await tx.query(`SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`);
        expect(waiting).toHaveLength(1);
      });
      await tx.run('UPDATE product SET epoch = $2 WHERE id = $1', [productId, EPOCH + 1]);
    });
    await handled;
    const kind = event === 'order.paid' ? 'commit' : 'return';
    expect((await bookOf(order)).effects).toEqual(effectsOf(kind, order, EPOCH + 1));
  },
);
