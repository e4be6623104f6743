import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Guard } from '@stampede/shared/redis';
import { openSealer } from '@stampede/shared/sealing';
import { openLog } from '@stampede/shared/telemetry';
import { eventually } from '@stampede/shared/testing';
import { randomBytes, randomUUID } from 'node:crypto';
import { forgetEnded, forgetWhenEnded } from '../src/deleted-accounts/forget-when-ended.js';
import { onAccountDeleted } from '../src/deleted-accounts/on-account-deleted.js';
import { OrderStatus } from '../src/order-status.js';
import { keepAddress, sealAddress } from '../src/shipping-address/kept-address.js';
import { HOME } from './fake-addresses.js';
import { openOrders, type OrdersUnderTest } from './open-orders.js';

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
  await orders.database.transaction((tx) => keepAddress(tx, id, sealAddress(sealer, id, HOME)));
  return id;
}

const hasAddress = async (orderId: string) =>
  (await orders.database.query('SELECT FROM shipping_address WHERE id = $1', [orderId])).length === 1;
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
const longAgo = () =>
  orders.database.run(`UPDATE deleted_account SET deleted_at = now() - interval '2 hours'`);

test('a deletion erases where orders went that have ended, and of the others once they end', async () => {
  const [gone, stays] = [randomUUID(), randomUUID()];
  const placed = new Map<OrderStatus, string>();
  for (const status of STATUSES) placed.set(status, await placeTo(gone, status));
  const theirs = await placeTo(stays, OrderStatus.DELIVERED);
  await deleteAccount(gone);
  // Told again, as messages may be.
  await deleteAccount(gone);
  await forgetEnded(orders.database);
  for (const [status, id] of placed) {
    expect({ status, kept: await hasAddress(id) }).toEqual({ status, kept: !ENDED.has(status) });
  }
  for (const id of placed.values()) await moveTo(id, OrderStatus.REFUNDED);
  await forgetEnded(orders.database);
  for (const id of placed.values()) expect(await hasAddress(id)).toBe(false);
  expect(await hasAddress(theirs)).toBe(true);
});

test('an order of tickets alone needs no address once it is confirmed', async () => {
  const gone = randomUUID();
  const [tickets, mixed] = [
    await placeTo(gone, OrderStatus.CONFIRMED),
    await placeTo(gone, OrderStatus.CONFIRMED),
  ];
  const policy = JSON.stringify({ usedOn: '2026-12-24T10:00:00.000Z', tiers: [] });
  await orders.database.run('UPDATE order_line SET refund_policy = $2 WHERE order_id = $1', [
    tickets,
    policy,
  ]);
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
  await orders.database.transaction(async (tx) => {
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

test('finds the accounts that are left, and their orders, by indexes', async () => {
  const plan = await orders.database.transaction(async (tx) => {
    await tx.run('SET LOCAL enable_seqscan = off');
    return tx.query<Record<string, string>>(
      `EXPLAIN SELECT id FROM deleted_account WHERE erased_at IS NULL AND id > $1 ORDER BY id LIMIT 100`,
      [randomUUID()],
    );
  });
  expect(JSON.stringify(plan)).toContain('deleted_account_to_erase');
});
