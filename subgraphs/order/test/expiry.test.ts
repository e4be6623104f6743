import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { expireDue } from '../src/expiry/expire-orders.js';
import { newBuyer, openOrderParts, type TestOrder } from './order-parts.js';

let order: TestOrder;
beforeAll(async () => {
  order = await openOrderParts();
});
afterAll(() => order[Symbol.asyncDispose]());

/** Orders of one unit each, held in Redis and written down, that are due `seconds` from now. */
async function placesMany(product: string, count: number, seconds: number): Promise<string[]> {
  await order.openReplica().rebuilds.rebuild(product);
  const ids = Array.from({ length: count }, () => newBuyer());
  const holds = await Promise.all(
    ids.map(({ buyerId, orderId }) =>
      order.inventory.reserve({ productId: product, orderId, buyerId, quantity: 1, digest: '', minEpoch: 0 }),
    ),
  );
  await order.database.run(
    `WITH made AS (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS made (id, buyer_id, serial)),
       placed AS (INSERT INTO orders (id, buyer_id, digest, status, total, pay_by)
         SELECT id, buyer_id, '', 'PENDING_PAYMENT', 1000, now() + make_interval(secs => $4) FROM made RETURNING id),
       held AS (INSERT INTO hold (product_id, epoch, serial, order_id, state)
         SELECT $5, $6, serial, id, 'PLACED' FROM made RETURNING order_id)
     INSERT INTO order_line (order_id, product_id, quantity, unit_price, product_name, seller_id, refund_policy)
       SELECT id, $5, 1, 1000, 'Test', id, '{}' FROM made`,
    [
      ids.map(({ orderId }) => orderId),
      ids.map(({ buyerId }) => buyerId),
      holds.map((hold) => ('serial' in hold ? hold.serial : -1)),
      seconds,
      product,
      (await order.counts(product))?.epoch,
    ],
  );
  return ids.map(({ orderId }) => orderId);
}

const statuses = async (ids: string[]) => {
  const rows = await order.database.query<{ status: string; count: number }>(
    'SELECT status, count(*) FROM orders WHERE id = ANY($1) GROUP BY status ORDER BY status',
    [ids],
  );
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
};

test('what is due ends in batches, and everything else stays', async () => {
  const product = order.catalog.sells({ total: 1_060 });
  const due = await placesMany(product, 1_050, -1);
  const [later, deciding, paid] = [
    await placesMany(product, 4, 60),
    await placesMany(product, 3, -1),
    await placesMany(product, 2, -1),
  ] as const;
  await order.database.run('UPDATE orders SET deciding_payment_id = $2 WHERE id = ANY($1)', [
    deciding,
    randomUUID(),
  ]);
  await order.database.run(`UPDATE orders SET status = 'PAID' WHERE id = ANY($1)`, [paid]);

  const batches = [];
  do batches.push(await expireDue(order.database));
  while (batches.at(-1) !== 0);
  expect(batches).toEqual([500, 500, 50, 0]);
  expect(await statuses(due)).toEqual({ EXPIRED: 1_050 });
  expect(await statuses([...later, ...deciding])).toEqual({ PENDING_PAYMENT: 7 });
  expect(await statuses(paid)).toEqual({ PAID: 2 });
  const said = await order.database.query(
    'SELECT status, reason, count(*) FROM order_event WHERE order_id = ANY($1) GROUP BY 1, 2',
    [due],
  );
  expect(said).toEqual([{ status: 'EXPIRED', reason: 'NOT_PAID_IN_TIME', count: 1_050 }]);
  await order.appliesEffects();
  // 1,060 units: nine are still held, one was never taken.
  expect(await order.counts(product)).toMatchObject({ total: 1_060, available: 1_051, held: 9, sold: 0 });
});

test('replicas side by side end each order once', async () => {
  const product = order.catalog.sells({ total: 300 });
  const due = await placesMany(product, 300, -1);
  const replica = async () => {
    let ended = 0;
    while ((await statuses(due)).PENDING_PAYMENT) ended += await expireDue(order.database);
    return ended;
  };
  const ended = await Promise.all([replica(), replica(), replica()]);
  expect(ended.reduce((sum, count) => sum + count, 0)).toBe(300);
  const [events] = await order.database.query<{ events: number; messages: number }>(
    `SELECT (SELECT count(*) FROM order_event WHERE order_id = ANY($1)) AS events,
       (SELECT count(*) FROM outbox WHERE routing_key = 'order.expired' AND body::text LIKE ANY($2)) AS messages`,
    [due, due.map((id) => `%${id}%`)],
  );
  expect(events).toEqual({ events: 300, messages: 300 });
  await order.appliesEffects();
  expect(await order.counts(product)).toMatchObject({ available: 300, held: 0 });
});

/** Order's database, on which `first` runs before each transaction, and `then` at its end, before it commits. */
const interrupted = (first: () => Promise<unknown>, then: () => Promise<unknown>): typeof order.database => ({
  ...order.database,
  transaction: async (step, work) => {
    await first();
    return order.database.transaction(step, async (tx) => {
      const done = await work(tx);
      await then();
      return done;
    });
  },
});
const nothing = () => Promise.resolve();

test('a replica steps over what another has in hand, and ends the next', async () => {
  const product = order.catalog.sells({ total: 600 });
  const due = await placesMany(product, 600, -1);
  const other = async () => expect(await expireDue(order.database)).toBe(100);
  expect(await expireDue(interrupted(nothing, other))).toBe(500);
  expect(await statuses(due)).toEqual({ EXPIRED: 600 });
});

test('an order that is found too late to take its stock locks is left for the next time', async () => {
  const [product, another] = [order.catalog.sells({ total: 1 }), order.catalog.sells({ total: 1 })];
  const due = await placesMany(product, 1, -1);
  let late: string[] = [];
  const comes = async () => void (late = await placesMany(another, 1, -2));
  expect(await expireDue(interrupted(comes, nothing))).toBe(1);
  expect(await statuses(due)).toEqual({ EXPIRED: 1 });
  expect(await statuses(late)).toEqual({ PENDING_PAYMENT: 1 });
  expect(await expireDue(order.database)).toBe(1);
});

test('an order that somebody has in hand is left for the next time, and counts as nothing done', async () => {
  const product = order.catalog.sells({ total: 2 });
  const [taken, free] = (await placesMany(product, 2, -1)) as [string, string];
  await order.database.transaction('test', async (tx) => {
    await tx.query('SELECT 1 FROM orders WHERE id = $1 FOR UPDATE', [taken]);
    expect(await expireDue(order.database)).toBe(1);
    expect(await statuses([free])).toEqual({ EXPIRED: 1 });
    // Were it counted, whoever works it off would come back without a pause.
    expect(await expireDue(order.database)).toBe(0);
  });
  expect(await expireDue(order.database)).toBe(1);
  expect(await statuses([taken, free])).toEqual({ EXPIRED: 2 });
});

test('a payment that begins just before keeps its order', async () => {
  const product = order.catalog.sells({ total: 1 });
  const due = await placesMany(product, 1, -1);
  const begins = () =>
    order.database.run('UPDATE orders SET deciding_payment_id = id WHERE id = ANY($1)', [due]);
  expect(await expireDue(interrupted(begins, nothing))).toBe(0);
  expect(await statuses(due)).toEqual({ PENDING_PAYMENT: 1 });
});
