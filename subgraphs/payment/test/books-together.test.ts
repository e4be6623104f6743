import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Contradiction, OneByOne } from '@stampede/shared/messaging';
import { eventually } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { openBooks, soldOrder, type BooksUnderTest, type EventName } from './books.fixture.js';

let books: BooksUnderTest;
beforeAll(async () => {
  books = await openBooks();
});
afterAll(() => books[Symbol.asyncDispose]());

type Sold = ReturnType<typeof soldOrder>;

/** What the books say of an order, but for what tells it from another. */
const said = async ({ orderId, paymentId }: Sold) =>
  JSON.stringify(await books.entries(orderId))
    .replaceAll(orderId, 'ORDER')
    .replaceAll(paymentId, 'PAYMENT');

async function factsOf({ orderId }: Sold): Promise<string[]> {
  const rows = await books.database.query<{ kind: string }>(
    'SELECT kind FROM book_fact WHERE order_id = $1 ORDER BY kind',
    [orderId],
  );
  return rows.map(({ kind }) => kind);
}

async function toldOf(before: readonly EventName[]): Promise<Sold> {
  const order = soldOrder();
  for (const event of before) await books.tell(event, order[event]);
  return order;
}

/** What the books may know of an order by then. */
const BEFORE: EventName[][] = [
  [],
  ['approved'],
  ['confirmed'],
  ['refunded'],
  ['approved', 'confirmed'],
  ['approved', 'refunded'],
  ['approved', 'confirmed', 'refunded'],
];

test.each(['approved', 'confirmed'] as const)(
  'orders that are told to be %s together are booked as each is by itself, whatever was known before',
  async (event) => {
    const alone = await Promise.all(BEFORE.map(toldOf));
    for (const order of alone) await books.tell(event, order[event]);
    const together = await Promise.all(BEFORE.map(toldOf));
    await books.tellAll(
      event,
      together.map((order) => order[event]),
    );
    for (const [index, order] of together.entries()) {
      expect([BEFORE[index], await said(order)]).toEqual([BEFORE[index], await said(alone[index]!)]);
      expect(await factsOf(order)).toEqual(await factsOf(alone[index]!));
    }
  },
);

test('orders are locked in the order of their ids, so that bookings at once never wait in a circle', async () => {
  const [first, last] = [soldOrder(), soldOrder()].toSorted((one, other) =>
    one.orderId < other.orderId ? -1 : 1,
  );
  const lock = 'INSERT INTO book_order VALUES ($1)';
  let telling: Promise<void> | undefined;
  await books.database.transaction('test', async (tx) => {
    await tx.run(lock, [first!.orderId]);
    telling = books.tellAll('approved', [last!.approved, first!.approved]);
    await eventually(async () => {
      const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      expect(await books.database.query(waiting)).toHaveLength(1);
    });
    // Had it taken the last one before it waits for the first, each would wait for the other now.
    await tx.run(lock, [last!.orderId]);
  });
  await telling;
  for (const order of [first!, last!]) expect(await factsOf(order)).toEqual(['CAPTURE']);
});

test('two payments of one order are told one by one', async () => {
  const order = soldOrder();
  const second = { ...order.approved, paymentId: randomUUID() };
  const telling = books.tellAll('approved', [order.approved, second]);
  await expect(telling).rejects.toBeInstanceOf(OneByOne);
  expect(await factsOf(order)).toEqual([]);
});

test('what contradicts the books leaves nothing of those beside it', async () => {
  const [paid, beside] = [await toldOf(['approved']), soldOrder()];
  const untrue = { ...paid.confirmed, total: 1, lines: [{ ...paid.confirmed.lines[0], subtotal: 1 }] };
  const telling = books.tellAll('confirmed', [beside.confirmed, untrue]);
  await expect(telling).rejects.toBeInstanceOf(Contradiction);
  expect(await factsOf(beside)).toEqual([]);
  expect(await books.entries(beside.orderId)).toEqual([]);
  expect(await factsOf(paid)).toEqual(['CAPTURE']);
});
