import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Database } from '@stampede/shared/database';
import type { RefundPolicyTerms } from '@stampede/shared/messages';
import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { cancelOrder, type CancelAnswer } from '../src/cancellation/cancel-order.js';
import { orderChanges } from '../src/order-changes.js';
import { OrderStatus } from '../src/order-status.js';
import { openQuoteReader } from '../src/refund/read-quotes.js';
import { onStockCommitted } from '../src/payment-outcome/on-stock-committed.js';
import { openOrders, PAYMENT, TOTAL, type OrdersUnderTest } from './open-orders.js';

let orders: OrdersUnderTest;
beforeAll(async () => {
  orders = await openOrders();
});
afterAll(() => orders[Symbol.asyncDispose]());

const S = OrderStatus;
const DAY_MS = 24 * 60 * 60 * 1_000;
const paid = { paid_payment_id: PAYMENT };
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString();
const cancel = (id: string, reason = 'BUYER', database: Database = orders.database) =>
  cancelOrder(database, id, reason);
const quote = (id: string, database: Database = orders.database) => openQuoteReader(database).quote(id);
const versionOf = async (id: string) => {
  const [row] = await orders.database.query<{ at: string }>(
    'SELECT updated_at::text AS at FROM orders WHERE id = $1',
    [id],
  );
  return row?.at;
};

/** Gives each of an order's two lines a policy, and a price. */
interface Terms {
  policy: RefundPolicyTerms;
  price?: number;
  seller?: string;
}

async function setTerms(id: string, lines: Terms[]): Promise<void> {
  for (const [index, { policy, price = 1_000, seller = orders.seller }] of lines.entries()) {
    await orders.database.run(
      'UPDATE order_line SET refund_policy = $3, unit_price = $4, seller_id = $5 WHERE order_id = $1 AND product_id = $2',
      [id, orders.products[index], JSON.stringify(policy), price, seller],
    );
  }
  await orders.database.run(
    `UPDATE orders SET total = (SELECT sum(quantity * unit_price) FROM order_line WHERE order_id = id)
     WHERE id = $1`,
    [id],
  );
}

/** Cancels, and expects this answer with nothing of the order changed. */
async function expectNoChange(id: string, answer: CancelAnswer): Promise<void> {
  const [before, version] = [await orders.stateOf(id), await versionOf(id)];
  expect(await cancel(id)).toEqual(answer);
  expect(await orders.stateOf(id)).toEqual(before);
  expect(await versionOf(id)).toBe(version);
}

test('PENDING_PAYMENT: CANCELLED at once, its units given back, and no money moves', async () => {
  const id = await orders.place(S.PENDING_PAYMENT);
  expect(await quote(id)).toBe(0);
  expect(await cancel(id, 'found it cheaper')).toBe('done');
  const { order, said, refunds, effects } = await orders.stateOf(id);
  expect(order?.status).toBe('CANCELLED');
  expect(await orders.reasonsOf(id)).toEqual([['CANCELLED', 'found it cheaper']]);
  // Somebody's own words leave this service in no message.
  const { buyer_id: buyerId } = order!;
  expect(said).toEqual([
    ['order.cancelled', { orderId: id, buyerId, reason: 'STATED', lines: orders.linesOf(id) }],
  ]);
  expect({ refunds, effects }).toEqual({ refunds: [], effects: orders.effectsOf('end', id) });
});

test('PENDING_PAYMENT, a payment being decided: refused', async () => {
  const id = await orders.place(S.PENDING_PAYMENT, { deciding_payment_id: PAYMENT, deciding_attempt: 1 });
  expect(await quote(id)).toBe(0);
  await expectNoChange(id, { refused: 'A payment of it is being decided.' });
});

test('PAID: recorded, told to who follows it, and everything will go back', async () => {
  const id = await orders.place(S.PAID, paid);
  const told: string[] = [];
  const listening = orderChanges.listen((orderId) => told.push(orderId));
  const [before, version] = [await orders.stateOf(id), await versionOf(id)];
  expect(await quote(id)).toBe(TOTAL);
  expect(await cancel(id, 'changed my mind')).toBe('done');
  const after = await orders.stateOf(id);
  expect(after).toEqual({
    ...before,
    order: {
      ...before.order,
      cancel_requested_at: expect.any(Date),
      cancel_reason: 'changed my mind',
    },
  });
  expect(await versionOf(id)).not.toBe(version);
  expect(told).toEqual([id]);
  expect(await quote(id)).toBe(TOTAL);

  // From another device: the first one stands.
  await expectNoChange(id, 'done');
  expect(told).toEqual([id]);
  await listening.close();
  await orders.deliver(onStockCommitted, { orderId: id });
  expect(await orders.reasonsOf(id)).toEqual([['CANCELLED', 'changed my mind']]);
  expect((await orders.stateOf(id)).refunds).toMatchObject([{ amount: TOTAL }]);
});

test.each([S.CONFIRMED, S.PREPARING])(
  '%s: REFUNDING by each line’s policy; catalog is told to take its units back',
  async (status) => {
    const id = await orders.place(status, paid);
    const ticket = { usedOn: inDays(5), tiers: [{ daysBefore: 3, percent: 33 }] };
    const [artist, shop] = [randomUUID(), randomUUID()];
    await setTerms(id, [
      { policy: ticket, price: 101, seller: artist },
      { policy: { usedOn: null, tiers: [] }, seller: shop },
    ]);
    // 33 % of 202, rounded down, and the other line whole.
    expect(await quote(id)).toBe(66 + 1_000);
    expect(await cancel(id, 'OPERATOR')).toBe('done');
    const { order, said, refunds, effects } = await orders.stateOf(id);
    expect(order?.status).toBe('REFUNDING');
    expect(await orders.reasonsOf(id)).toEqual([['REFUNDING', 'OPERATOR']]);
    const refund = {
      orderId: id,
      paymentId: PAYMENT,
      amount: 1_066,
      key: `order:${id}`,
      reason: 'OPERATOR',
      shares: [
        { sellerId: artist, amount: 66 },
        { sellerId: shop, amount: 1_000 },
      ],
    };
    const { buyer_id: buyerId } = order!;
    expect(said).toEqual([
      ['refund.requested', refund],
      ['order.cancelled', { orderId: id, buyerId, reason: 'OPERATOR', lines: orders.linesOf(id) }],
    ]);
    expect(refunds).toMatchObject([{ amount: 1_066, refunded_at: null }]);
    // Catalog gives them back once it has unsold them.
    expect(effects).toEqual([]);
    await expectNoChange(id, 'done');
  },
);

test.each([S.CONFIRMED, S.PREPARING])('%s, nothing to give back: refused', async (status) => {
  const id = await orders.place(status, paid);
  const late = { usedOn: inDays(1), tiers: [{ daysBefore: 10, percent: 100 }] };
  // One per cent of 99 won is none.
  const little = { usedOn: inDays(30), tiers: [{ daysBefore: 0, percent: 1 }] };
  await setTerms(id, [{ policy: late }, { policy: little, price: 99 }]);
  expect(await quote(id)).toBe(0);
  await expectNoChange(id, { refused: 'Its refund policy gives nothing back any more.' });
});

test.each([S.CANCELLED, S.REFUNDING, S.REFUNDED])('%s: already so', async (status) => {
  const id = await orders.place(status, paid);
  expect(await quote(id)).toBe(0);
  await expectNoChange(id, 'done');
});

test.each([
  [S.SHIPPED, 'It has been shipped.'],
  [S.DELIVERED, 'It has been shipped.'],
  [S.EXPIRED, 'It has expired.'],
])('%s: refused', async (status, refused) => {
  const id = await orders.place(status, status === S.EXPIRED ? {} : paid);
  expect(await quote(id)).toBe(0);
  await expectNoChange(id, { refused });
});

test('a ticket beside a parcel that has been shipped goes with it: the order is one', async () => {
  const id = await orders.place(S.SHIPPED, paid);
  const ticket = { usedOn: inDays(30), tiers: [{ daysBefore: 0, percent: 100 }] };
  await setTerms(id, [{ policy: ticket }, { policy: { usedOn: null, tiers: [] } }]);
  expect(await quote(id)).toBe(0);
  await expectNoChange(id, { refused: 'It has been shipped.' });
});

test('what is given back in full asks no refund policy, until it ships', async () => {
  const never = { usedOn: inDays(-1), tiers: [] };
  const called = async (status: OrderStatus) => {
    const id = await orders.place(status, paid);
    await setTerms(id, [{ policy: never }, { policy: never }]);
    return { id, answer: await cancelOrder(orders.database, id, 'OPERATOR', true) };
  };
  for (const status of [S.CONFIRMED, S.PREPARING]) {
    const { id, answer } = await called(status);
    expect(answer).toBe('done');
    const { refunds, said } = await orders.stateOf(id);
    expect(said[0]).toEqual(['refund.requested', expect.not.objectContaining({ shares: expect.anything() })]);
    expect(refunds).toMatchObject([{ amount: TOTAL, refunded_at: null }]);
    await expectNoChange(id, 'done');
  }
  for (const status of [S.SHIPPED, S.DELIVERED]) {
    const { id, answer } = await called(status);
    expect(answer).toEqual({ refused: 'It has been shipped.' });
    expect((await orders.stateOf(id)).refunds).toEqual([]);
  }
});

test('what the policy has given back in part before is not given back in full', async () => {
  const half = { usedOn: inDays(5), tiers: [{ daysBefore: 1, percent: 50 }] };
  const inFull = (id: string) => cancelOrder(orders.database, id, 'OPERATOR', true);
  const [part, whole] = [await orders.place(S.CONFIRMED, paid), await orders.place(S.CONFIRMED, paid)];
  for (const id of [part, whole]) await setTerms(id, [{ policy: half }, { policy: half }]);
  expect([await cancel(part), await inFull(whole)]).toEqual(['done', 'done']);
  const before = await orders.stateOf(part);
  expect(before.refunds).toMatchObject([{ amount: TOTAL / 2 }]);
  expect(await inFull(part)).toEqual({
    refused: 'It was cancelled before, and its refund policy gave back a part.',
  });
  expect(await orders.stateOf(part)).toEqual(before);
  expect(await inFull(whole)).toBe('done');
  expect((await orders.stateOf(whole)).refunds).toMatchObject([{ amount: TOTAL }]);
});

test('one that is not there is no order', async () => {
  const none = randomUUID();
  expect(await cancel(none)).toBe('no-such-order');
  expect(await quote(none)).toBe(0);
});

test.each([S.PENDING_PAYMENT, S.PAID, S.CONFIRMED])(
  '%s, cancelled from ten devices at once: one outcome, that all of them are told',
  async (status) => {
    const id = await orders.place(status, status === S.PENDING_PAYMENT ? {} : paid);
    const reasons = Array.from({ length: 10 }, (_, device) => `from device ${device}`);
    const answers = await Promise.all(reasons.map((reason) => cancel(id, reason)));
    expect(answers).toEqual(reasons.map(() => 'done'));
    const { order, said, refunds } = await orders.stateOf(id);
    const events = await orders.reasonsOf(id);
    const why = status === S.PAID ? order?.cancel_reason : events[0]?.[1];
    expect(reasons).toContain(why);
    const outcome = {
      status: order?.status,
      events: events.length,
      refunds: refunds.length,
      said: said.length,
    };
    expect(outcome).toEqual(
      {
        [S.PENDING_PAYMENT]: { status: 'CANCELLED', events: 1, refunds: 0, said: 1 },
        [S.PAID]: { status: 'PAID', events: 0, refunds: 0, said: 0 },
        [S.CONFIRMED]: { status: 'REFUNDING', events: 1, refunds: 1, said: 2 },
      }[status as string],
    );
  },
);

/** Does all of it at one instant: in one transaction PostgreSQL's clock stands still. */
const atOneInstant = <T>(work: (database: Database) => Promise<T>): Promise<T> =>
  orders.database.transaction('test', (tx) =>
    work({ ...orders.database, query: tx.query, transaction: (_, inner) => inner(tx) }),
  );

test('the quote is what is asked back, whatever was bought, wherever, under whatever terms', async () => {
  const policy = fc.record({
    usedOn: fc.option(fc.double({ min: -2, max: 15, noNaN: true }).map(inDays), { freq: 4 }),
    tiers: fc.uniqueArray(
      fc.record({
        daysBefore: fc.integer({ min: 0, max: 12 }),
        percent: fc.integer({ min: 0, max: 100 }),
      }),
      { selector: ({ daysBefore }) => daysBefore, maxLength: 4 },
    ),
    timeZone: fc.constantFrom('Asia/Seoul', 'Pacific/Kiritimati', 'Etc/GMT+12', 'America/New_York'),
  });
  const line = fc.record({ policy, price: fc.integer({ min: 100, max: 100_000_000_000 }) });
  const seen = { given: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...Object.values(S)), fc.tuple(line, line), async (drawn, lines) => {
      // Where the policy counts, twice as often as elsewhere.
      const status = [S.EXPIRED, S.CANCELLED, S.REFUNDED].includes(drawn) ? S.CONFIRMED : drawn;
      const id = await orders.place(status, status === S.PENDING_PAYMENT ? {} : paid);
      await setTerms(id, lines);
      const { quoted, answer } = await atOneInstant(async (database) => ({
        quoted: await quote(id, database),
        answer: await cancel(id, 'BUYER', database),
      }));
      await orders.deliver(onStockCommitted, { orderId: id }).catch((error: unknown) => {
        if (status !== S.PENDING_PAYMENT) throw error;
      });
      const { refunds } = await orders.stateOf(id);
      expect(refunds.map((refund) => (refund as { amount: number }).amount)).toEqual(
        quoted === 0 ? [] : [quoted],
      );
      if (quoted > 0) expect(answer).toBe('done');
      seen[quoted > 0 ? 'given' : 'refused'] += 1;
    }),
    { numRuns: 50 },
  );
  expect(seen.given).toBeGreaterThan(0);
  expect(seen.refused).toBeGreaterThan(0);
});

test('days are counted by PostgreSQL’s clock, however wrong a replica’s is', async () => {
  const ids = [await orders.place(S.CONFIRMED, paid), await orders.place(S.CONFIRMED, paid)];
  const usedOn = inDays(5);
  const ticket = { policy: { usedOn, tiers: [{ daysBefore: 3, percent: 50 }] } };
  for (const id of ids) await setTerms(id, [ticket, ticket]);
  for (const [index, id] of ids.entries()) {
    const now = Date.now() + (index === 0 ? 1 : -1) * 10 * DAY_MS;
    jest.useFakeTimers({
      now,
      doNotFake: [
        'nextTick',
        'setImmediate',
        'setTimeout',
        'setInterval',
        'clearTimeout',
        'clearInterval',
        'clearImmediate',
        'performance',
        'queueMicrotask',
        'hrtime',
      ],
    });
    try {
      expect(await quote(id)).toBe(TOTAL / 2);
      expect(await cancel(id)).toBe('done');
    } finally {
      jest.useRealTimers();
    }
    expect((await orders.stateOf(id)).refunds).toMatchObject([{ amount: TOTAL / 2 }]);
  }
});
