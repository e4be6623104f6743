import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { becomesQuiet, inspect } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { openSettledWorld, type World } from './settled-world.js';

let world: Awaited<ReturnType<typeof openSettledWorld>>;
beforeAll(async () => {
  world = await openSettledWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const BEGINS = 'a timeline begins with PENDING_PAYMENT, and has only changes that are allowed';
const ENDS = 'a timeline ends with the status of its order';
const ONCE = 'an order passes each status once';
const IN_TIME = 'no order has expired before its time was up';
const HELD = 'every line of an order has one hold that was placed for it, and there are no others';
const CART = 'a cart has 20 lines at most';
const COSTS = 'an order costs what its lines cost together';
const BACK =
  'what paid an order is given back once: whole when CANCELLED, at most whole when REFUNDED, not at all otherwise';
const ASKED = 'what order has asked to be given back is what payment gave back';
const PARCELS =
  'parcels are of the orders that are SHIPPED or DELIVERED, and have arrived when those are DELIVERED';
const WAITS =
  'what is confirmed and has goods in it waits for its delivery; nothing else does, and tickets alone go no further';
const SOLD = 'no product has sold more units than exist, and each sold unit belongs to one committed order';
const LIVING = 'no product has more units in living orders than exist';
const LIMIT = 'no buyer holds and owns more than the limit';
const CAPTURED = 'every captured payment has one confirmed order, or one refund';
const WHOLE = 'every paid order has a captured payment of its whole total';
const COMMITTED = 'confirmed orders are those whose stock catalog has committed';
const PAID_ONCE = 'an order is paid once';
const BALANCED = 'the debits of every entry equal its credits';
const BALANCES = 'the balance of every account, wallets among them, is the sum of its lines';
const TAKEN = 'what was captured is booked once, to the won; nothing else is booked as captured';
const GIVEN = 'what was given back is booked once, to the won; nothing else is booked as given back';
const SALES = 'what was confirmed is in the books as sold, to the won; nothing else is';
const DEPOSITS = 'of each order, the buyers’ deposits are what was captured, not given back and not settled';
const EARNED = 'of each order, what its sellers and the platform have is what was sold and not given back';
const RECEIVABLE = 'of each provider, the receivable is what it has taken and not given back';
const PARTS = 'of each sale, the books know what each seller sold, to the won';
const SHARES = 'of each refund, the books know what of it is each seller’s, as order has said';
const WALLETS =
  'of each order, each seller has what they sold, less fee and refunds, and the platform the fees';
/** What of a sale's refund the books know otherwise. */
const REFUND_OF_SALE = [GIVEN, EARNED, RECEIVABLE];
const SUM = 'total = available + held + sold, in Redis as in PostgreSQL';
const REDIS = 'Redis holds exactly what PostgreSQL says';

const event = (orderId: string, status: string) =>
  `INSERT INTO order_event (order_id, status) VALUES ('${orderId}', '${status}')`;
const refund = (orderId: string, amount: number) => [
  `INSERT INTO refund (key, payment_id, order_id, amount, reason, refunded_at)
   SELECT 'again', paid_payment_id, id, ${amount}, 'TEST', now() FROM orders WHERE id = '${orderId}'`,
  `INSERT INTO payment.refund (key, payment_id, order_id, amount, reason, refunded_at)
   SELECT key, payment_id, order_id, amount, reason, refunded_at FROM refund WHERE key = 'again'`,
];
const arrives = (orderId: string) =>
  `INSERT INTO delivery (order_id, carrier, tracking_number, delivered_at) VALUES ('${orderId}', 'X', '1', now())`;

/** The books refuse to be changed; whoever can do this could change them all the same. */
const UNGUARDED = 'SET LOCAL session_replication_role = replica';
const inEntry = (which: string) => `entry_id IN (SELECT id FROM payment.journal_entry WHERE ${which})`;
const inSale = (orderId: string) => inEntry(`reference = 'SALE:${orderId}'`);

/** What is done to a world that is as it must be, and the claims that are no longer true. */
const breaks: [what: string, by: (world: World) => string[], broken: string[]][] = [
  ['nothing', () => [], []],
  [
    'a timeline that begins in the middle',
    ({ orders }) => [
      `DELETE FROM order_event WHERE order_id = '${orders.shipped}' AND status = 'PENDING_PAYMENT'`,
    ],
    [BEGINS],
  ],
  [
    'a timeline with a gap',
    ({ orders }) => [`DELETE FROM order_event WHERE order_id = '${orders.delivered}' AND status = 'SHIPPED'`],
    [BEGINS],
  ],
  [
    'an order that came back to life',
    ({ orders }) => [event(orders.expired, 'PAID'), event(orders.expired, 'EXPIRED')],
    [BEGINS, ONCE],
  ],
  [
    'a change that was not told',
    ({ orders }) => [
      `DELETE FROM order_event WHERE order_id = '${orders.preparing}' AND status = 'PREPARING'`,
    ],
    [ENDS],
  ],
  ['a change that was told and not made', ({ orders }) => [event(orders.confirmed, 'PREPARING')], [ENDS]],
  [
    'an order without a timeline',
    ({ orders }) => [`DELETE FROM order_event WHERE order_id = '${orders.unpaid}'`],
    [ENDS],
  ],
  [
    'an order that expired a second early',
    ({ orders }) => [
      `UPDATE orders SET pay_by = (SELECT max(at) FROM order_event WHERE order_id = orders.id) + interval '1 second'
       WHERE id = '${orders.expired}'`,
    ],
    [IN_TIME],
  ],
  [
    'a line that nothing holds',
    ({ orders }) => [`DELETE FROM hold WHERE order_id = '${orders.confirmed}'`],
    [HELD],
  ],
  [
    'a hold that was given back, and is sold',
    ({ orders }) => [`UPDATE hold SET state = 'ABANDONED' WHERE order_id = '${orders.confirmed}'`],
    [HELD],
  ],
  [
    'a hold of no line',
    ({ productId }) => [`INSERT INTO hold VALUES ('${productId}', 1, 99, gen_random_uuid(), 'PLACED')`],
    [HELD],
  ],
  [
    'a cart of 21 lines',
    ({ productId }) => [
      `INSERT INTO cart_line (buyer_id, product_id, quantity) SELECT '${productId}', gen_random_uuid(), 1 FROM generate_series(1, 21)`,
    ],
    [CART],
  ],
  [
    'a line that costs more than was paid',
    ({ orders }) => [`UPDATE order_line SET unit_price = unit_price + 1 WHERE order_id = '${orders.unpaid}'`],
    [COSTS],
  ],
  [
    'a refund of an order that stands',
    ({ orders }) => refund(orders.delivered, 1),
    [BACK, ...REFUND_OF_SALE],
  ],
  ['a second refund', ({ orders }) => refund(orders.refunded, 1), [BACK, ...REFUND_OF_SALE]],
  [
    'a refund of more than was paid',
    ({ orders }) => [
      `UPDATE refund SET amount = 1001 WHERE order_id = '${orders.refunded}'`,
      `UPDATE payment.refund SET amount = 1001 WHERE order_id = '${orders.refunded}'`,
    ],
    [BACK, ...REFUND_OF_SALE],
  ],
  [
    'half a refund of what was never confirmed',
    ({ orders }) => [
      `UPDATE refund SET amount = 500 WHERE order_id = '${orders.rejected}'`,
      `UPDATE payment.refund SET amount = 500 WHERE order_id = '${orders.rejected}'`,
    ],
    [BACK, GIVEN, DEPOSITS, RECEIVABLE],
  ],
  [
    'a refund that was not asked for',
    ({ orders }) => [`DELETE FROM refund WHERE order_id = '${orders.refunded}'`],
    [BACK],
  ],
  [
    'a refund of which payment knows nothing',
    ({ orders }) => [`DELETE FROM payment.refund WHERE order_id = '${orders.refunded}'`],
    [ASKED, ...REFUND_OF_SALE],
  ],
  [
    'a refund that gave back something else',
    ({ orders }) => [`UPDATE payment.refund SET amount = amount - 1 WHERE order_id = '${orders.refunded}'`],
    [ASKED, ...REFUND_OF_SALE],
  ],
  [
    'a refund that is noted as done, and is not',
    ({ orders }) => [`UPDATE payment.refund SET refunded_at = NULL WHERE order_id = '${orders.refunded}'`],
    [ASKED, ...REFUND_OF_SALE],
  ],
  ['a parcel that went without its order', ({ orders }) => [arrives(orders.preparing)], [PARCELS]],
  [
    'an order that went without a parcel',
    ({ orders }) => [`DELETE FROM delivery WHERE order_id = '${orders.shipped}'`],
    [PARCELS],
  ],
  [
    'a parcel that arrived before its order',
    ({ orders }) => [`UPDATE delivery SET delivered_at = now() WHERE order_id = '${orders.shipped}'`],
    [PARCELS],
  ],
  [
    'an order that arrived before its parcel',
    ({ orders }) => [`UPDATE delivery SET delivered_at = NULL WHERE order_id = '${orders.delivered}'`],
    [PARCELS],
  ],
  [
    'goods whose delivery nobody waits for',
    ({ orders }) => [`UPDATE orders SET delivery_since = NULL WHERE id = '${orders.confirmed}'`],
    [WAITS],
  ],
  [
    'an unpaid order that waits for its delivery',
    ({ orders }) => [`UPDATE orders SET delivery_since = now() WHERE id = '${orders.unpaid}'`],
    [WAITS],
  ],
  [
    'a ticket in a parcel',
    ({ orders }) => [
      `UPDATE order_line SET refund_policy = '{"usedOn": "2030-01-01T00:00:00Z"}' WHERE order_id = '${orders.shipped}'`,
      `UPDATE orders SET delivery_since = NULL WHERE id = '${orders.shipped}'`,
    ],
    [WAITS],
  ],
  ['a unit that is sold to nobody', () => ['UPDATE catalog.product SET sold = sold + 1'], [SOLD]],
  ['fewer units than orders live on', () => ['UPDATE catalog.product SET total = 4'], [LIVING]],
  [
    'a buyer of three units of two',
    ({ orders }) => [
      `UPDATE orders SET buyer_id = '${orders.unpaid}' WHERE id IN ('${orders.shipped}', '${orders.delivered}')`,
    ],
    [LIMIT],
  ],
  [
    'a payment of no order',
    ({ orders }) => [`UPDATE orders SET paid_payment_id = NULL WHERE id = '${orders.confirmed}'`],
    [CAPTURED, WHOLE, DEPOSITS],
  ],
  [
    'a payment of less than the total',
    ({ orders }) => [`UPDATE payment.payment SET amount = 999 WHERE order_id = '${orders.confirmed}'`],
    [WHOLE, TAKEN, RECEIVABLE],
  ],
  [
    'an order whose stock was returned',
    ({ orders }) => [
      `UPDATE catalog.stock_order SET status = 'RETURNED' WHERE order_id = '${orders.confirmed}'`,
      'UPDATE catalog.product SET sold = sold - 1',
    ],
    [COMMITTED],
  ],
  [
    'an entry that lost a won',
    ({ orders }) => [
      UNGUARDED,
      `UPDATE payment.journal_line SET credit = credit - 1 WHERE account = 'fees' AND ${inSale(orders.confirmed)}`,
    ],
    [BALANCED, BALANCES, EARNED, WALLETS],
  ],
  [
    'a fee that stayed a deposit',
    ({ orders }) => [
      UNGUARDED,
      `UPDATE payment.journal_line SET account = 'deposits' WHERE account = 'fees' AND ${inSale(orders.confirmed)}`,
    ],
    [BALANCES, DEPOSITS, EARNED, WALLETS],
  ],
  [
    'a wallet with a won too much',
    ({ productId }) => [
      UNGUARDED,
      `UPDATE payment.account_balance SET credit = credit + 1 WHERE account = 'payable:${productId}'`,
    ],
    [BALANCES],
  ],
  [
    'an account of lines without a balance',
    () => [UNGUARDED, `DELETE FROM payment.account_balance WHERE account = 'fees'`],
    [BALANCES],
  ],
  [
    'a payment that is not booked',
    ({ orders }) => [
      UNGUARDED,
      `DELETE FROM payment.journal_line WHERE ${inEntry(`kind = 'CAPTURE' AND order_id = '${orders.confirmed}'`)}`,
      `DELETE FROM payment.journal_entry WHERE kind = 'CAPTURE' AND order_id = '${orders.confirmed}'`,
    ],
    [BALANCES, TAKEN, DEPOSITS, RECEIVABLE],
  ],
  [
    'a payment that is booked as another provider’s',
    ({ orders }) => [
      UNGUARDED,
      `UPDATE payment.journal_line SET account = 'receivable:TOSS_PAYMENTS'
       WHERE debit > 0 AND ${inEntry(`kind = 'CAPTURE' AND order_id = '${orders.confirmed}'`)}`,
    ],
    [BALANCES, TAKEN, RECEIVABLE],
  ],
  [
    'a payment that nobody made, and is booked',
    ({ orders }) => [
      `WITH entry AS (INSERT INTO payment.journal_entry (kind, reference, description, order_id)
         VALUES ('CAPTURE', 'CAPTURE:none', '', '${orders.unpaid}') RETURNING id)
       INSERT INTO payment.journal_line
       SELECT id, number, account, debit, 7 - debit FROM entry,
         (VALUES (1, 'receivable:KAKAOPAY', 7), (2, 'deposits', 0)) AS line (number, account, debit)`,
    ],
    [TAKEN, DEPOSITS, RECEIVABLE],
  ],
  [
    'a confirmed order that the books do not know as sold',
    ({ orders }) => [UNGUARDED, `DELETE FROM payment.book_fact WHERE key = '${orders.confirmed}'`],
    [SALES, WALLETS],
  ],
  [
    'an order that is sold in the books alone',
    ({ orders }) => [
      `INSERT INTO payment.book_order VALUES ('${orders.unpaid}')`,
      `INSERT INTO payment.book_fact (kind, key, order_id, payment_id, amount, parts)
       SELECT 'SALE', id, id, id, total, '[]' FROM orders WHERE id = '${orders.unpaid}'`,
    ],
    [SALES, PARTS],
  ],
  [
    'a line that somebody else sold than the books say',
    ({ orders }) => [
      `UPDATE order_line SET seller_id = '${orders.unpaid}' WHERE order_id = '${orders.confirmed}'`,
    ],
    [PARTS],
  ],
  [
    'a refund of which the books know other shares',
    ({ orders, productId }) => [
      `UPDATE refund SET shares = '[{"sellerId": "${productId}", "amount": 500}]' WHERE order_id = '${orders.refunded}'`,
    ],
    [SHARES],
  ],
  [
    'a sale that went to another seller’s wallet',
    ({ orders, productId }) => [
      UNGUARDED,
      `UPDATE payment.journal_line SET account = 'payable:${orders.unpaid}'
       WHERE account = 'payable:${productId}' AND ${inSale(orders.confirmed)}`,
    ],
    [BALANCES, WALLETS],
  ],
  [
    'a fee of nearly all that was sold',
    ({ orders }) => [
      UNGUARDED,
      `UPDATE payment.journal_line SET credit = 1000 - credit WHERE credit > 0 AND ${inSale(orders.confirmed)}`,
    ],
    [BALANCES, WALLETS],
  ],
  [
    'a refund that the seller alone has given back',
    ({ orders }) => [
      UNGUARDED,
      `UPDATE payment.journal_line SET debit = CASE account WHEN 'fees' THEN 5 ELSE 495 END
       WHERE debit > 0 AND ${inEntry(`reference = 'REFUND:order:${orders.refunded}'`)}`,
    ],
    [BALANCES, WALLETS],
  ],
];

test.each(breaks)('%s', async (_, by, broken) => {
  expect((await world.brokenBy(...by(world))).toSorted()).toEqual(broken.toSorted());
});

test('two approved payments of one order, where the index that refuses them is gone', async () => {
  const again = `INSERT INTO payment.payment (id, order_id, buyer_id, provider, status, amount, provider_id, redirect_url, approved_at, window_ends_at)
    SELECT gen_random_uuid(), order_id, buyer_id, provider, status, amount, 'again', '', approved_at, window_ends_at
    FROM payment.payment WHERE order_id = '${world.orders.confirmed}'`;
  expect(await world.brokenBy('DROP INDEX payment.payment_one_per_order', again)).toEqual([
    CAPTURED,
    PAID_ONCE,
    TAKEN,
    DEPOSITS,
    RECEIVABLE,
  ]);
});

test('a Redis that knows another number of units, or another order', async () => {
  const keys = ['stock', 'orders', 'buyers'].map(
    (part) => `${world.namespace}:{p:${world.productId}}:${part}`,
  );
  const [stock, orders, buyers] = keys as [string, string, string];
  await world.redis.hset(stock, { epoch: 1, total: 10, available: 5, held: 1, sold: 4 });
  for (const [life, state] of [
    ['unpaid', 'held'],
    ['confirmed', 'sold'],
    ['preparing', 'sold'],
    ['shipped', 'sold'],
    ['delivered', 'sold'],
  ] as const) {
    const id = world.orders[life];
    await world.redis.hset(orders, id, `${state}|1|${id}`);
    await world.redis.hset(buyers, id, 1);
  }
  expect(await world.brokenBy()).toEqual([]);
  await world.redis.hset(stock, 'available', 6);
  expect(await world.brokenBy()).toEqual([SUM]);
  await world.redis.hset(stock, 'available', 5);
  await world.redis.hset(orders, randomUUID(), 'held|1|somebody');
  expect(await world.brokenBy()).toEqual([REDIS]);
  await world.redis.del(...keys);
});

test('units on their way back to catalog are waited for', async () => {
  const order = world.sql('order');
  await order.run('UPDATE orders SET returning_since = now() WHERE id = $1', [world.orders.refunded]);
  const asked: string[] = [];
  const sql: typeof world.sql = (schema) => ({
    ...world.sql(schema),
    query: async (text) => {
      const rows = await world.sql(schema).query(text);
      if (asked.push(text) === 1) await order.run('UPDATE orders SET returning_since = NULL');
      return rows as never;
    },
  });
  await becomesQuiet({ sql });
  expect(asked.filter((text) => text === asked[0])).toHaveLength(2);
});

test('what never becomes quiet is said, and the claims that it breaks are named all the same', async () => {
  const { redis, namespace, sql } = world;
  const quiet = await inspect({ sql, redis, namespace }, 0);
  expect([quiet.holds, quiet.describe('broken')]).toEqual([true, '']);
  expect(quiet.describe('all').split('\n')).toHaveLength((await world.claims()).length);

  await sql('payment').run(
    `INSERT INTO payment (id, order_id, buyer_id, provider, status, amount, provider_id, redirect_url, approved_at, window_ends_at)
     VALUES ($1, $1, $1, 'KAKAOPAY', 'APPROVED', 7, 'unbooked', '', now(), now())`,
    [world.orders.unpaid],
  );
  try {
    const { holds, describe } = await inspect({ sql, redis, namespace }, 0);
    expect(holds).toBe(false);
    expect(describe('broken')).toMatch(/^UNREST Error: 1 still on their way in payment: /);
    for (const claim of [CAPTURED, TAKEN, DEPOSITS, RECEIVABLE]) expect(describe('broken')).toContain(claim);
  } finally {
    await sql('payment').run('DELETE FROM payment WHERE id = $1', [world.orders.unpaid]);
  }
});

test('every claim is broken by something above', async () => {
  const broken = new Set([...breaks.flatMap(([, , claims]) => claims), PAID_ONCE, SUM, REDIS]);
  expect([...broken].toSorted()).toEqual((await world.claims()).toSorted());
});
