import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Contradiction } from '@stampede/shared/messaging';
import { CHECKS_OF_WALLETS } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import {
  FEE_BASIS_POINTS,
  openBooks,
  SELLERS,
  soldOrder,
  type BooksUnderTest,
  type EventName,
} from './books.fixture.js';

let books: BooksUnderTest;
beforeAll(async () => {
  books = await openBooks();
});
afterAll(() => books[Symbol.asyncDispose]());

const TOSS = 'receivable:TOSS_PAYMENTS';
const PAYABLE_A = `payable:${SELLERS.A}`;
const PAYABLE_B = `payable:${SELLERS.B}`;

test('a payment goes to deposits, from there to the sellers and the fee, and back by a refund', async () => {
  const { orderId, paymentId, approved, confirmed, refunded } = soldOrder();
  await books.tell('approved', approved);
  await books.tell('confirmed', confirmed);
  await books.tell('refunded', refunded);
  expect(await books.entries(orderId)).toEqual([
    {
      reference: `CAPTURE:${paymentId}`,
      description: 'Paid by Toss Payments',
      lines: [
        [TOSS, 10_101],
        ['deposits', -10_101],
      ],
    },
    {
      reference: `SALE:${orderId}`,
      description: 'Order confirmed',
      lines: [
        ['deposits', 10_101],
        ['fees', -504],
        [PAYABLE_B, -97],
        [PAYABLE_A, -9_500],
      ].sort(([, one], [, other]) => (other as number) - (one as number)),
    },
    {
      reference: `REFUND:order:${orderId}`,
      description: 'Refunded by Toss Payments',
      lines: [
        [PAYABLE_A, 9_500],
        ['fees', 504],
        [PAYABLE_B, 97],
        [TOSS, -10_101],
      ],
    },
  ]);
  expect(await books.standing(orderId)).toEqual({});
});

test('a partial refund takes each seller’s share, and of the fee in proportion', async () => {
  const { orderId, approved, confirmed, refunded } = soldOrder();
  const shares = [
    { sellerId: SELLERS.A, amount: 5_000 },
    { sellerId: SELLERS.B, amount: 51 },
  ];
  await books.tell('approved', approved);
  await books.tell('confirmed', confirmed);
  await books.tell('refunded', { ...refunded, amount: 5_051, shares });
  expect(await books.standing(orderId)).toEqual({
    [TOSS]: 5_050,
    // Of A's fee of 499, 5,000 of 9,999 won is 249.52: 249 go back. Of B's of 5, half: 2.
    fees: -250 - 3,
    [PAYABLE_A]: -(9_500 - 5_000 + 249),
    [PAYABLE_B]: -(97 - 51 + 2),
  });
});

const ORDERS_OF_EVENTS: EventName[][] = [
  ['approved', 'confirmed', 'refunded'],
  ['approved', 'refunded', 'confirmed'],
  ['confirmed', 'approved', 'refunded'],
  ['confirmed', 'refunded', 'approved'],
  ['refunded', 'approved', 'confirmed'],
  ['refunded', 'confirmed', 'approved'],
];

test.each(ORDERS_OF_EVENTS)(
  'told in the order %s, %s, %s, twice, the books say the same',
  async (...events) => {
    const told = soldOrder();
    const refunded = { ...told.refunded, amount: 1_000 };
    for (const event of [...events, ...events]) {
      await books.tell(event, event === 'refunded' ? refunded : told[event]);
    }
    expect(await books.entries(told.orderId)).toHaveLength(3);
    // 1,000 won in proportion: 989 of A, 11 of B; of their fees 49 and none.
    expect(await books.standing(told.orderId)).toEqual({
      [TOSS]: 9_101,
      fees: -(504 - 49),
      [PAYABLE_A]: -(9_500 - 989 + 49),
      [PAYABLE_B]: -(97 - 11),
    });
  },
);

test('what is told of one order at once, and twice, is booked once', async () => {
  const told = Array.from({ length: 12 }, soldOrder);
  const events: EventName[] = ['refunded', 'confirmed', 'approved', 'confirmed', 'approved', 'refunded'];
  await Promise.all(told.flatMap((order) => events.map((event) => books.tell(event, order[event]))));
  for (const { orderId } of told) {
    expect(await books.standing(orderId)).toEqual({});
    const facts = 'SELECT kind FROM book_fact WHERE order_id = $1 ORDER BY kind';
    expect((await books.database.query(facts, [orderId])).map(({ kind }) => kind)).toEqual([
      'CAPTURE',
      'REFUND',
      'SALE',
    ]);
  }
});

test('a payment of an order that is never confirmed is given back out of deposits', async () => {
  const { orderId, approved, refunded } = soldOrder();
  await books.tell('approved', approved);
  await books.tell('refunded', refunded);
  expect((await books.entries(orderId))[1]?.lines).toEqual([
    ['deposits', 10_101],
    [TOSS, -10_101],
  ]);
});

test('a second payment of a sold order is given back out of deposits, and the sale stays', async () => {
  const { orderId, approved, confirmed, refunded } = soldOrder();
  const second = { paymentId: randomUUID(), provider: 'KAKAOPAY' };
  await books.tell('approved', { ...approved, ...second });
  await books.tell('confirmed', confirmed);
  expect((await books.standing(orderId)).deposits).toBeUndefined();
  await books.tell('approved', approved);
  expect((await books.standing(orderId)).deposits).toBe(-10_101);
  await books.tell('refunded', { ...refunded, ...second, key: `unawaited:${second.paymentId}` });
  expect(await books.standing(orderId)).toEqual({
    [TOSS]: 10_101,
    fees: -504,
    [PAYABLE_A]: -9_500,
    [PAYABLE_B]: -97,
  });
});

test('a fee is the one of when the sale was booked, whatever it is when that is told again or refunded', async () => {
  const { orderId, approved, confirmed, refunded } = soldOrder();
  await books.tell('approved', approved);
  await books.tell('confirmed', confirmed, 1_000);
  await books.tell('confirmed', confirmed, FEE_BASIS_POINTS);
  expect((await books.standing(orderId)).fees).toBe(-(999 + 10));
  await books.tell('refunded', refunded, 0);
  expect(await books.standing(orderId)).toEqual({});
});

test('without a fee, and of a line that costs nothing, there is no line in the journal', async () => {
  const { orderId, confirmed } = soldOrder();
  const [line] = confirmed.lines;
  await books.tell(
    'confirmed',
    {
      ...confirmed,
      lines: [
        { ...line, subtotal: 10_101 },
        { ...line, sellerId: SELLERS.B, subtotal: 0 },
      ],
    },
    0,
  );
  expect(await books.standing(orderId)).toEqual({ deposits: 10_101, [PAYABLE_A]: -10_101 });
});

type Contradicted = [string, EventName, (told: ReturnType<typeof soldOrder>) => object];
test.each<Contradicted>([
  ['a payment of another amount', 'approved', ({ approved }) => ({ ...approved, amount: 10_100 })],
  ['a payment of another order', 'approved', ({ approved }) => ({ ...approved, orderId: randomUUID() })],
  ['a payment by another provider', 'approved', ({ approved }) => ({ ...approved, provider: 'KAKAOPAY' })],
  ['a sale by another payment', 'confirmed', ({ confirmed }) => ({ ...confirmed, paymentId: randomUUID() })],
  ['a refund of another amount', 'refunded', ({ refunded }) => ({ ...refunded, amount: 1 })],
  ['a refund of more than is left', 'refunded', ({ refunded }) => ({ ...refunded, key: 'more', amount: 1 })],
])('%s is a contradiction, and leaves the books as they are', async (_, event, otherwise) => {
  const told = soldOrder();
  for (const known of ['approved', 'confirmed', 'refunded'] as const) await books.tell(known, told[known]);
  await expect(books.tell(event, otherwise(told))).rejects.toBeInstanceOf(Contradiction);
  expect(await books.entries(told.orderId)).toHaveLength(3);
  expect(await books.standing(told.orderId)).toEqual({});
});

test('after all of it, every balance is the sum of its lines, and all of them together are even', async () => {
  const off = await books.database.query(
    `SELECT * FROM (SELECT account, sum(debit)::bigint AS debit, sum(credit)::bigint AS credit FROM journal_line GROUP BY account) line
     FULL JOIN (SELECT account, sum(debit)::bigint AS debit, sum(credit)::bigint AS credit FROM account_balance GROUP BY account) kept
       USING (account) WHERE (line.debit, line.credit) IS DISTINCT FROM (kept.debit, kept.credit)`,
  );
  expect(off).toEqual([]);
  const [all] = await books.database.query(
    'SELECT count(DISTINCT account)::int AS accounts, sum(debit - credit)::bigint AS net FROM account_balance',
  );
  expect(all).toEqual({ accounts: 6, net: 0 });
});

test('after all of it, the invariant of wallets finds that everybody has what is theirs', async () => {
  const { orderId, approved, confirmed, refunded } = soldOrder();
  await books.tell('approved', approved);
  await books.tell('confirmed', confirmed);
  await books.tell('refunded', { ...refunded, key: 'unshared', amount: 50 });
  await books.tell('refunded', {
    ...refunded,
    key: 'shared',
    amount: 53,
    shares: [{ sellerId: SELLERS.B, amount: 53 }],
  });
  await books.tell('refunded', { ...refunded, key: 'more', amount: 4_999 });
  const standing = await books.standing(orderId);
  expect(standing[PAYABLE_B]).toBeLessThan(0);
  const [, , claim, query] = CHECKS_OF_WALLETS.at(-1)!;
  expect(claim).toMatch(/^of each order, each seller has/);
  expect(await books.database.query(query)).toEqual([]);
});
