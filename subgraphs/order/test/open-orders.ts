import type { HeldLine } from '@stampede/shared/messages';
import type { Handler } from '@stampede/shared/messaging';
import { openTestDatabase } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { markDeciding, type Deciding } from '../src/decision/decide.js';
import { storeListing } from '../src/listing/store-listing.js';
import type { OrderRow } from '../src/order-row.js';
import type { OrderStatus } from '../src/order-status.js';

export const MIGRATIONS = fileURLToPath(new URL('../migrations', import.meta.url));
export const PAYMENT = '9a1d0000-0000-4000-8000-000000000001';
export const TOTAL = 3_000;
/** Of the products in Redis now; the orders' holds are of an earlier one. */
const EPOCH = 7;
const HOLD_EPOCH = 5;

type Columns = Partial<
  Pick<
    OrderRow,
    'deciding_payment_id' | 'deciding_attempt' | 'paid_payment_id' | 'cancel_requested_at' | 'cancel_reason'
  >
>;

/** Order's tables, with two products of one seller: every order has 2 of the one and 1 of the other. */
export async function openOrders() {
  const test = await openTestDatabase('order', MIGRATIONS);
  const { database } = test;
  const seller = randomUUID();
  const products = [randomUUID(), randomUUID()].toSorted();
  const refundPolicy = { usedOn: null, tiers: [] };
  for (const productId of products) {
    const listing = { productId, sellerId: seller, name: 'Test sneaker', unitPrice: 1_000, refundPolicy };
    await storeListing(database, { ...listing, version: 1 });
    await database.run('UPDATE listing SET epoch = $2 WHERE product_id = $1', [productId, EPOCH]);
  }
  const lines = new Map<string, HeldLine[]>();
  let serial = 0;

  return {
    database,
    seller,
    products,
    linesOf: (orderId: string) => lines.get(orderId) ?? [],
    effectsOf: (kind: string, orderId: string) =>
      (lines.get(orderId) ?? []).map((line) => ({
        kind,
        product_id: line.productId,
        epoch: EPOCH,
        hold_epoch: HOLD_EPOCH,
        hold_serial: line.serial,
      })),
    /** An order in this status, by writing its rows. @returns its id */
    place: async (status: OrderStatus, columns: Columns = {}): Promise<string> => {
      const id = randomUUID();
      await database.run(
        `INSERT INTO orders (id, buyer_id, digest, status, total, pay_by, paid_payment_id, cancel_requested_at,
           cancel_reason, deciding_payment_id, deciding_attempt, deciding_since)
         VALUES ($1, $2, 'digest', $3, $4, now(), $5, $6, $7, $8, $9, CASE WHEN $8::uuid IS NULL THEN NULL ELSE now() END)`,
        [
          id,
          randomUUID(),
          status,
          TOTAL,
          columns.paid_payment_id ?? null,
          columns.cancel_requested_at ?? null,
          columns.cancel_reason ?? null,
          columns.deciding_payment_id ?? null,
          columns.deciding_attempt ?? null,
        ],
      );
      const held: HeldLine[] = [];
      for (const [index, productId] of products.entries()) {
        const line = { productId, quantity: 2 - index, epoch: HOLD_EPOCH, serial: (serial += 1) };
        held.push(line);
        await database.run(`INSERT INTO hold VALUES ($1, $2, $3, $4, 'PLACED')`, [
          productId,
          line.epoch,
          line.serial,
          id,
        ]);
        await database.run(`INSERT INTO order_line VALUES ($1, $2, $3, 1000, 'Test sneaker', $4, $5)`, [
          id,
          productId,
          line.quantity,
          seller,
          JSON.stringify(refundPolicy),
        ]);
      }
      lines.set(id, held);
      return id;
    },
    /** As payment does before it asks the provider; of a payment of the whole order, unless told otherwise. */
    mark: (orderId: string, deciding: Partial<Deciding> = {}) =>
      markDeciding(database, { orderId, paymentId: PAYMENT, attempt: 1, amount: TOTAL, ...deciding }),
    /** A refund that order has asked for, and payment has not answered yet. */
    askRefund: (orderId: string, key: string) =>
      database.run(
        `INSERT INTO refund (key, order_id, payment_id, amount, reason, shares) VALUES ($1, $2, $3, $4, 'test', $5)`,
        [key, orderId, PAYMENT, TOTAL, JSON.stringify([{ sellerId: seller, amount: TOTAL }])],
      ),
    deliver: (handler: Handler, body: object) =>
      database.transaction('test', (tx) =>
        handler.handle(tx, handler.type.schema.parse(body), { messageId: randomUUID(), attempts: 0 }),
      ),
    /** The timeline of an order with its reasons, oldest first. */
    reasonsOf: async (orderId: string) => {
      const events = await database.query<{ status: OrderStatus; reason: string | null }>(
        'SELECT status, reason FROM order_event WHERE order_id = $1 ORDER BY id',
        [orderId],
      );
      return events.map(({ status, reason }) => [status, reason] as const);
    },
    /** Everything that order knows of an order, and what it has said and done about it. */
    stateOf: async (orderId: string) => {
      const [order] = await database.query<OrderRow & Record<string, unknown>>(
        `SELECT id, buyer_id, status, total, pay_by, paid_payment_id, cancel_requested_at, cancel_reason,
           deciding_payment_id, deciding_attempt, deciding_since FROM orders WHERE id = $1`,
        [orderId],
      );
      const said = await database.query<{ routing_key: string; body: object }>(
        `SELECT routing_key, body FROM outbox WHERE body->>'orderId' = $1 ORDER BY id`,
        [orderId],
      );
      const timeline = await database.query<{ status: OrderStatus }>(
        'SELECT status FROM order_event WHERE order_id = $1 ORDER BY id',
        [orderId],
      );
      return {
        order,
        said: said.map(({ routing_key, body }) => [routing_key, body] as const),
        timeline: timeline.map(({ status }) => status),
        refunds: await database.query(
          'SELECT key, order_id, payment_id, amount, reason, refunded_at FROM refund WHERE order_id = $1 ORDER BY key',
          [orderId],
        ),
        effects: await database.query(
          `SELECT kind, product_id, epoch, hold_epoch, hold_serial FROM stock_effect
           WHERE order_id = $1 ORDER BY product_id`,
          [orderId],
        ),
      };
    },
    [Symbol.asyncDispose]: () => test[Symbol.asyncDispose](),
  };
}

export type OrdersUnderTest = Awaited<ReturnType<typeof openOrders>>;
