import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Database } from '@stampede/shared/database';
import type { Guard } from '@stampede/shared/redis';
import { openSealer } from '@stampede/shared/sealing';
import { openLog } from '@stampede/shared/telemetry';
import { eventually } from '@stampede/shared/testing';
import { randomBytes, randomUUID } from 'node:crypto';
import { cancelOrder } from '../src/cancellation/cancel-order.js';
import { setCartLine } from '../src/cart/set-cart-line.js';
import { forgetEnded, forgetWhenEnded } from '../src/deleted-accounts/forget-when-ended.js';
import { onAccountDeleted } from '../src/deleted-accounts/on-account-deleted.js';
import { OrderStatus } from '../src/order-status.js';
import { keepAddress, sealAddress } from '../src/shipping-address/kept-address.js';
import { HOME } from './fake-addresses.js';
import { openOrders, PAYMENT, type OrdersUnderTest } from './open-orders.js';

const sealer = openSealer(`local-only-1:${randomBytes(32).toString('base64')}`);
let orders: OrdersUnderTest;
beforeAll(async () => {
  orders = await openOrders();
});
beforeEach(() => orders.database.run('TRUNCATE deleted_account'));
afterAll(() => orders[Symbol.asyncDispose]());

const STATUSES = Object.values(OrderStatus);
const ENDED = new Set<OrderStatus>(['DELIVERED', 'EXPIRED', 'CANCELLED', 'REFUNDED'] as OrderStatus[]);

/** An order of this buyer that goes to HOME. @returns its id */
async function placeTo(buyerId: string, status: OrderStatus): Promise<string> {
  const id = await orders.place(status);
  await orders.database.run('UPDATE orders SET buyer_id = $2 WHERE id = $1', [id, buyerId]);
  await orders.database.transaction('test', (tx) => keepAddress(tx, id, sealAddress(sealer, id, HOME)));
  return id;
}

const hasAddress = async (orderId: string) =>
  (await orders.database.query('SELECT FROM shipping_address WHERE id = $1', [orderId])).length === 1;
const digestOf = async (orderId: string) => {
  const [row] = await orders.database.query<{ digest: string }>('SELECT digest FROM orders WHERE id = $1', [
    orderId,
  ]);
  return row?.digest;
};
const deleteAccount = (accountId: string) => orders.deliver(onAccountDeleted, { accountId });
const moveTo = (orderId: string, status: OrderStatus) =>
  orders.database.run('UPDATE orders SET status = $2 WHERE id = $1', [orderId, status]);
const isLookedAt = async (accountId: string) => {
  const [row] = await orders.database.query<{ erased_at: Date | null }>(
    'SELECT erased_at FROM deleted_account WHERE id = $1',
    [accountId],
  );
  return row?.erased_at === null;
};
/** Turns all lines of an order into tickets that give back everything. @returns their policy */
async function makeTickets(orderId: string): Promise<string> {
  const policy = JSON.stringify({
    usedOn: '2099-12-24T10:00:00.000Z',
    tiers: [{ daysBefore: 0, percent: 100 }],
  });
  await orders.database.run('UPDATE order_line SET refund_policy = $2 WHERE order_id = $1', [
    orderId,
    policy,
  ]);
  return policy;
}

/** A database of which a transaction is held up, once, after it has asked for something of `table`. */
function heldUpAt(table: string, meanwhile: () => Promise<unknown>): Database {
  let done = false;
  const { database } = orders;
  return {
    ...database,
    transaction: (step, work) =>
      database.transaction('test', (tx) =>
        work({
          ...tx,
          query: async <R extends object>(text: string, values?: readonly unknown[]) => {
            const rows = await tx.query<R>(text, values);
            if (!done && text.includes(table)) {
              done = true;
              await meanwhile();
            }
            return rows;
          },
        }),
      ),
  };
}

const longAgo = () =>
  orders.database.run(`UPDATE deleted_account SET deleted_at = now() - interval '2 hours'`);

test('a deletion erases where orders went that have ended, and what would confirm a guess of it, and of the others once they end', async () => {
  const [gone, stays] = [randomUUID(), randomUUID()];
  const placed = new Map<OrderStatus, string>();
  for (const status of STATUSES) placed.set(status, await placeTo(gone, status));
  const theirs = await placeTo(stays, OrderStatus.DELIVERED);
  await deleteAccount(gone);
  // Told again, as messages may be.
  await deleteAccount(gone);
  await forgetEnded(orders.database);
  for (const [status, id] of placed) {
    const digest = ENDED.has(status) ? '' : 'digest';
    expect({ status, kept: await hasAddress(id) }).toEqual({ status, kept: !ENDED.has(status) });
    expect({ status, digest: await digestOf(id) }).toEqual({ status, digest });
  }
  for (const id of placed.values()) await moveTo(id, OrderStatus.REFUNDED);
  await forgetEnded(orders.database);
  for (const id of placed.values()) expect([await hasAddress(id), await digestOf(id)]).toEqual([false, '']);
  expect([await hasAddress(theirs), await digestOf(theirs)]).toEqual([true, 'digest']);
});

test('an order of tickets alone needs no address once it is confirmed', async () => {
  const gone = randomUUID();
  const [tickets, mixed] = [
    await placeTo(gone, OrderStatus.CONFIRMED),
    await placeTo(gone, OrderStatus.CONFIRMED),
  ];
  const policy = await makeTickets(tickets);
  await orders.database.run(
    'UPDATE order_line SET refund_policy = $3 WHERE order_id = $1 AND product_id = $2',
    [mixed, orders.products[0], policy],
  );
  await deleteAccount(gone);
  expect(await hasAddress(tickets)).toBe(false);
  expect(await hasAddress(mixed)).toBe(true);
});

test('an order that is placed while its buyer’s account is deleted keeps no address in the end', async () => {
  const gone = randomUUID();
  const id = await orders.place(OrderStatus.EXPIRED);
  await orders.database.run('UPDATE orders SET buyer_id = $2 WHERE id = $1', [id, gone]);
  await orders.database.transaction('test', async (tx) => {
    await keepAddress(tx, id, sealAddress(sealer, id, HOME));
    // It does not see what has not been committed yet.
    await deleteAccount(gone);
  });
  const late = await placeTo(gone, OrderStatus.PENDING_PAYMENT);
  await forgetEnded(orders.database);
  expect(await Promise.all([id, late].map(hasAddress))).toEqual([false, true]);
  await moveTo(late, OrderStatus.EXPIRED);
  await forgetEnded(orders.database);
  expect(await hasAddress(late)).toBe(false);
});

test('a deletion empties the cart, also of what a request brings that was under way', async () => {
  const [gone, stays] = [randomUUID(), randomUUID()];
  const put = (buyerId: string) =>
    orders.database.run('INSERT INTO cart_line (buyer_id, product_id, quantity) VALUES ($1, $2, 1)', [
      buyerId,
      orders.products[0],
    ]);
  const lines = () => orders.database.query('SELECT buyer_id FROM cart_line');
  await put(gone);
  await put(stays);
  await deleteAccount(gone);
  expect(await lines()).toEqual([{ buyer_id: stays }]);
  await put(gone);
  await forgetEnded(orders.database);
  expect(await lines()).toEqual([{ buyer_id: stays }]);
});

test('what is put into a cart while its account is deleted goes a little later', async () => {
  const gone = randomUUID();
  const parts = {
    database: heldUpAt('deleted_account', () => deleteAccount(gone)),
    refreshListing: () => Promise.reject(new Error('there is no need')),
  };
  await setCartLine(parts, gone, { productId: orders.products[0]!, quantity: 1 });
  const lines = () => orders.database.query('SELECT quantity FROM cart_line WHERE buyer_id = $1', [gone]);
  expect(await lines()).toEqual([{ quantity: 1 }]);
  await forgetEnded(orders.database);
  expect(await lines()).toEqual([]);
});

test('a deletion leaves codes of why orders were cancelled, and nobody’s own words', async () => {
  const gone = randomUUID();
  const WORDS = 'Because aunt Hortensia has one, too';
  const asked = await placeTo(gone, OrderStatus.PAID);
  const coded = await placeTo(gone, OrderStatus.CANCELLED);
  const sent = await placeTo(gone, OrderStatus.DELIVERED);
  const others = await orders.place(OrderStatus.CANCELLED, { cancel_reason: WORDS });
  for (const [id, reason] of [
    [asked, WORDS],
    [coded, 'NO_UNITS_LEFT'],
    [sent, 'SCHEDULE'],
    [others, WORDS],
  ]) {
    await orders.database.run('UPDATE orders SET cancel_reason = $2 WHERE id = $1', [id, reason]);
    await orders.database.run(
      `INSERT INTO order_event (order_id, status, reason) VALUES ($1, 'PENDING_PAYMENT', NULL), ($1, 'CANCELLED', $2)`,
      [id, reason],
    );
  }
  const reasonsOf = async (id: string) => [
    ...(await orders.database.query('SELECT cancel_reason AS reason FROM orders WHERE id = $1', [id])),
    ...(await orders.database.query('SELECT reason FROM order_event WHERE order_id = $1 ORDER BY id', [id])),
  ];
  const each = (reason: string) => [{ reason }, { reason: null }, { reason }];
  await deleteAccount(gone);
  expect(await reasonsOf(asked)).toEqual(each('STATED'));
  expect(await reasonsOf(coded)).toEqual(each('NO_UNITS_LEFT'));
  expect(await reasonsOf(sent)).toEqual(each('SCHEDULE'));
  expect(await reasonsOf(others)).toEqual(each(WORDS));
});

test('whoever cancels for somebody who is gone leaves a code, however long ago that was', async () => {
  const gone = randomUUID();
  const tickets = await placeTo(gone, OrderStatus.CONFIRMED);
  await makeTickets(tickets);
  await orders.database.run('UPDATE orders SET paid_payment_id = $2 WHERE id = $1', [tickets, PAYMENT]);
  await deleteAccount(gone);
  await longAgo();
  await forgetEnded(orders.database);
  expect(await isLookedAt(gone)).toBe(false);
  expect(await cancelOrder(orders.database, tickets, 'Aunt Hortensia rang')).toBe('done');
  expect(await orders.reasonsOf(tickets)).toEqual([['REFUNDING', 'STATED']]);
});

test('words of a cancellation that did not see the deletion yet go a little later', async () => {
  const gone = randomUUID();
  const id = await placeTo(gone, OrderStatus.PENDING_PAYMENT);
  const database = heldUpAt('deleted_account', () => deleteAccount(gone));
  expect(await cancelOrder(database, id, 'Aunt Hortensia rang')).toBe('done');
  expect(await orders.reasonsOf(id)).toEqual([['CANCELLED', 'Aunt Hortensia rang']]);
  await forgetEnded(orders.database);
  expect(await orders.reasonsOf(id)).toEqual([['CANCELLED', 'STATED']]);
});

test('goes through all accounts, and looks no more at those of which nothing is left', async () => {
  const people = Array.from({ length: 5 }, () => randomUUID());
  const placed = await Promise.all(people.map((id) => placeTo(id, OrderStatus.SHIPPED)));
  for (const id of people) await deleteAccount(id);
  await Promise.all(placed.slice(1).map((id) => moveTo(id, OrderStatus.DELIVERED)));
  await forgetEnded(orders.database, { batch: 2 });
  expect(await Promise.all(placed.map(hasAddress))).toEqual([true, false, false, false, false]);
  // For a while a request that was under way may still bring something.
  expect(await Promise.all(people.map(isLookedAt))).toEqual([true, true, true, true, true]);

  await longAgo();
  await forgetEnded(orders.database, { batch: 2 });
  expect(await Promise.all(people.map(isLookedAt))).toEqual([true, false, false, false, false]);
  await moveTo(placed[0]!, OrderStatus.DELIVERED);
  await forgetEnded(orders.database, { batch: 2 });
  expect(await hasAddress(placed[0]!)).toBe(false);
  expect(await isLookedAt(people[0]!)).toBe(false);
});

test('looks by itself, in whichever replica has the turn', async () => {
  const gone = randomUUID();
  await deleteAccount(gone);
  const id = await placeTo(gone, OrderStatus.EXPIRED);
  const turns: string[] = [];
  const guard: Pick<Guard, 'oncePer'> = {
    oncePer: async (name, everyMs, work) => {
      turns.push(`${name} each ${everyMs} ms`);
      // The first turn is another replica's.
      if (turns.length > 1) await work();
      return turns.length > 1;
    },
  };
  const job = forgetWhenEnded({ database: orders.database, guard, log: openLog('order', 'silent') }, 5);
  await eventually(async () => expect(await hasAddress(id)).toBe(false));
  await job.close();
  expect(turns[1]).toBe('forget-accounts each 5 ms');
});

/** 10,000 orders of 2,000 buyers who are gone, of which nothing is left to forget, and an order of somebody else. */
const LOAD = [
  'ALTER TABLE order_line DISABLE TRIGGER count_placed_line',
  `INSERT INTO orders (id, buyer_id, digest, status, total, pay_by, placed_at)
   SELECT md5('o' || n)::uuid, md5('b' || n % 2000)::uuid, '', 'CONFIRMED', 1000, now(), now() - n * interval '1 hour'
     FROM generate_series(1, 10000) AS n`,
  `INSERT INTO order_line SELECT md5('o' || n)::uuid, md5('p' || n % 400)::uuid, 1, 1000, 'Test ticket',
     md5('s' || n % 40)::uuid, '{"usedOn": "2099-12-24T10:00:00.000Z", "tiers": []}'
     FROM generate_series(1, 10000) AS n`,
  `INSERT INTO order_event (order_id, status, reason)
   SELECT md5('o' || n)::uuid, 'CONFIRMED', 'STATED' FROM generate_series(1, 10000) AS n`,
  `INSERT INTO shipping_address SELECT md5('o' || n)::uuid, 'sealed' FROM generate_series(1, 10000) AS n`,
  `INSERT INTO cart_line (buyer_id, product_id, quantity)
   SELECT md5('b' || n % 2000)::uuid, md5('p' || n / 2000)::uuid, 1 FROM generate_series(1, 10000) AS n`,
  `INSERT INTO deleted_account (id, erased_at) SELECT md5('b' || n)::uuid, now() FROM generate_series(1, 2000) AS n`,
  ...['orders', 'order_line', 'order_event', 'shipping_address', 'cart_line', 'deleted_account'].map(
    (table) => `VACUUM ANALYZE ${table}`,
  ),
];

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  Plans?: Plan[];
}
const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

test('reads no table whole, however many are gone and whatever they had', async () => {
  const { database } = orders;
  for (const statement of LOAD) await database.run(statement);
  const gone = randomUUID();
  await deleteAccount(gone);
  const words = await placeTo(gone, OrderStatus.CANCELLED);
  await database.run(`UPDATE orders SET cancel_reason = 'my aunt has one' WHERE id = $1`, [words]);
  const said: [text: string, values: readonly unknown[]][] = [];
  const watched: Database = {
    ...database,
    transaction: (step, work) =>
      database.transaction('test', (tx) =>
        work({
          ...tx,
          query: (text, values = [], options) => {
            said.push([text, values]);
            return tx.query(text, values, options);
          },
          run: (text, values = []) => {
            said.push([text, values]);
            return tx.run(text, values);
          },
        }),
      ),
  };
  await longAgo();
  await forgetEnded(watched);
  expect([await hasAddress(words), await isLookedAt(gone)]).toEqual([false, false]);
  expect(said).toHaveLength(8);
  for (const [text, values] of said) {
    const [row] = await database.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
      `EXPLAIN (FORMAT JSON) ${text}`,
      values,
      { prepared: false },
    );
    const whole = nodesOf(row!['QUERY PLAN'][0].Plan).filter((node) => node['Node Type'] === 'Seq Scan');
    expect({ text, whole }).toEqual({ text, whole: [] });
  }
});
