import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Database, Transaction } from '@stampede/shared/database';
import { OneByOne } from '@stampede/shared/messaging';
import { eventually, openTestDatabase, type TestDatabase } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { createProduct } from '../src/create-product/create-product.js';
import { onOrderPaid } from '../src/stock-book/on-order-paid.js';
import { MIGRATIONS, productInput } from './open-catalog.js';

const EPOCH = 7;

let testDatabase: TestDatabase;
let database: Database;
beforeAll(async () => {
  testDatabase = await openTestDatabase('catalog', MIGRATIONS);
  database = testDatabase.database;
});
afterAll(() => testDatabase[Symbol.asyncDispose]());

async function newProduct(stock: number): Promise<string> {
  const { id } = await createProduct(database, randomUUID(), productInput({ stock }));
  await database.run('UPDATE product SET epoch = $2 WHERE id = $1', [id, EPOCH]);
  return id;
}

let serial = 0;
const paid = (...lines: [productId: string, quantity: number][]) => ({
  orderId: randomUUID(),
  buyerId: randomUUID(),
  paymentId: randomUUID(),
  lines: lines.map(([productId, quantity]) => ({ productId, quantity, epoch: 5, serial: (serial += 1) })),
});
type Paid = ReturnType<typeof paid>;

const deliverAll = (orders: Paid[]) =>
  database.transaction('test', (tx) =>
    onOrderPaid.handleAll!(
      tx,
      orders.map((body) => ({ body, meta: { messageId: randomUUID(), requestId: 'r', attempts: 0 } })),
    ),
  );
const deliver = (order: Paid) =>
  database.transaction('test', (tx) =>
    onOrderPaid.handle(tx, order, { messageId: randomUUID(), attempts: 0 }),
  );

const ofOrders = <R extends object>(text: string, orders: Paid[]) =>
  database.query<R>(text, [orders.map(({ orderId }) => orderId)]);
const soldOf = async (id: string) =>
  (await database.query<{ sold: number }>('SELECT sold FROM product WHERE id = $1', [id]))[0]?.sold;

test('orders that are paid at the same time are sold in one go: their units, their lines, their effects', async () => {
  const [one, two] = [await newProduct(10), await newProduct(10)];
  const orders = [paid([one, 2]), paid([two, 1], [one, 3]), paid([two, 4])];
  await deliverAll(orders);
  expect([await soldOf(one), await soldOf(two)]).toEqual([5, 5]);
  const lines = orders.flatMap(({ orderId, lines }) => lines.map((line) => ({ orderId, ...line })));
  const bySerial = (text: string) => ofOrders(`${text} WHERE order_id = ANY($1) ORDER BY serial`, orders);
  expect(
    await bySerial(
      'SELECT order_id AS "orderId", product_id AS "productId", quantity, hold_epoch AS epoch, hold_serial AS serial FROM stock_order_line',
    ),
  ).toEqual(lines);
  expect(
    await bySerial(
      'SELECT order_id AS id, product_id AS product, kind, epoch, hold_epoch AS held, hold_serial AS serial FROM stock_effect',
    ),
  ).toEqual(
    lines.map(({ orderId: id, productId: product, serial }) => ({
      id,
      product,
      kind: 'commit',
      epoch: EPOCH,
      held: 5,
      serial,
    })),
  );
  expect(
    await ofOrders(
      `SELECT body->>'orderId' AS id FROM outbox WHERE routing_key = 'stock.committed' AND body->>'orderId' = ANY($1) ORDER BY id`,
      orders,
    ),
  ).toHaveLength(3);
  expect(
    await ofOrders(
      `SELECT buyer_id, status FROM stock_order WHERE order_id = ANY($1) ORDER BY buyer_id`,
      orders,
    ),
  ).toEqual(
    orders
      .map(({ buyerId }) => ({ buyer_id: buyerId, status: 'COMMITTED' }))
      .toSorted((a, b) => (a.buyer_id < b.buyer_id ? -1 : 1)),
  );
});

test('units that do not reach for all are sold to nobody in one go, but one by one', async () => {
  const product = await newProduct(3);
  const orders = [paid([product, 2]), paid([product, 2])];
  await expect(deliverAll(orders)).rejects.toBeInstanceOf(OneByOne);
  expect(await soldOf(product)).toBe(0);
  expect(await ofOrders('SELECT 1 FROM stock_order WHERE order_id = ANY($1)', orders)).toEqual([]);
});

test('an order that is known, or is told of twice, is looked at by itself', async () => {
  const product = await newProduct(10);
  const [known, fresh] = [paid([product, 1]), paid([product, 1])];
  await deliver(known);
  await expect(deliverAll([fresh, known])).rejects.toBeInstanceOf(OneByOne);
  await expect(deliverAll([fresh, fresh])).rejects.toBeInstanceOf(OneByOne);
  expect(await soldOf(product)).toBe(1);
});

test('an order that another replica has in hand by itself is waited for, and never in a circle', async () => {
  const product = await newProduct(10);
  const [both, fresh] = [paid([product, 1]), paid([product, 1])];
  let batch: Promise<unknown> | undefined;
  const handedOver = async () => {
    batch ??= deliverAll([both, fresh]).catch((error: unknown) => error);
    await eventually(async () => {
      const waits = await database.query(`SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'`);
      expect(waits).toHaveLength(1);
    });
  };
  await database.transaction('test', (tx) => {
    const query: Transaction['query'] = async (text, values) => {
      const rows = await tx.query(text, values);
      if (text.startsWith('UPDATE product')) await handedOver();
      return rows as never;
    };
    return onOrderPaid.handle({ ...tx, query }, both, { messageId: randomUUID(), attempts: 0 });
  });
  expect(await batch).toBeInstanceOf(OneByOne);
  expect(await soldOf(product)).toBe(1);
});
