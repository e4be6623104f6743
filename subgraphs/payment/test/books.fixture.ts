import { orderConfirmed, paymentApproved, paymentRefunded } from '@stampede/shared/messages';
import { openTestDatabase } from '@stampede/shared/testing';
import type { Handler } from '@stampede/shared/messaging';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { bookingHandlers } from '../src/books/booking.js';

export const FEE_BASIS_POINTS = 500;

export type Told = Record<'approved' | 'confirmed' | 'refunded', object>;
export type EventName = keyof Told;

const NAMES: Record<EventName, string> = {
  approved: paymentApproved.name,
  confirmed: orderConfirmed.name,
  refunded: paymentRefunded.name,
};

/** The books of payment, told of events as messaging tells of them. */
export async function openBooks() {
  const test = await openTestDatabase('payment', fileURLToPath(new URL('../migrations', import.meta.url)));
  const { database } = test;

  return {
    database,
    /** In a transaction of its own, as every message; `feeBasisPoints` as payment was started with. */
    tell: (event: EventName, body: object, feeBasisPoints = FEE_BASIS_POINTS): Promise<void> => {
      const handler = handlerOf(NAMES[event], feeBasisPoints);
      return database.transaction('test', (tx) =>
        handler.handle(tx, handler.type.schema.parse(body), { messageId: randomUUID(), attempts: 0 }),
      );
    },
    /** As the consumer does with several messages of one queue that wait at the same time. */
    tellAll: (event: EventName, bodies: readonly object[]): Promise<void> => {
      const handler = handlerOf(NAMES[event], FEE_BASIS_POINTS);
      return database.transaction('test', (tx) =>
        handler.handleAll!(
          tx,
          bodies.map((body) => ({
            body: handler.type.schema.parse(body),
            meta: { messageId: randomUUID(), attempts: 0 },
          })),
        ),
      );
    },
    /** Debits less credits of what the order's entries touch; an account that is even is left out. */
    standing: async (orderId: string): Promise<Record<string, number>> => {
      const rows = await database.query<{ account: string; net: number }>(
        `SELECT account, sum(debit - credit)::bigint AS net FROM journal_line JOIN journal_entry ON id = entry_id
         WHERE order_id = $1 GROUP BY account HAVING sum(debit - credit) <> 0`,
        [orderId],
      );
      return Object.fromEntries(rows.map(({ account, net }) => [account, net]));
    },
    /** An order's entries, oldest first: each line as its account and its debit, which is negative for a credit. */
    entries: (orderId: string) =>
      database.query<{ reference: string; description: string; lines: [string, number][] }>(
        `SELECT reference, description, (SELECT json_agg(json_build_array(account, debit - credit) ORDER BY number)
           FROM journal_line WHERE entry_id = id) AS lines
         FROM journal_entry WHERE order_id = $1 ORDER BY id`,
        [orderId],
      ),
    [Symbol.asyncDispose]: () => test[Symbol.asyncDispose](),
  };
}

function handlerOf(event: string, feeBasisPoints: number): Handler {
  const found = bookingHandlers(feeBasisPoints).find(({ type }) => type.name === event);
  if (!found) throw new Error(`${event} is not booked`);
  return found;
}

export type BooksUnderTest = Awaited<ReturnType<typeof openBooks>>;

const A = 'aaaaaaaa-0000-4000-8000-000000000000';
const B = 'bbbbbbbb-0000-4000-8000-000000000000';
export const SELLERS = { A, B };

/** What is told of an order of 10,101 won: 9,999 by seller A in two lines, 102 by seller B. */
export function soldOrder() {
  const orderId = randomUUID();
  const paymentId = randomUUID();
  const provider = 'TOSS_PAYMENTS';
  const line = (sellerId: string, subtotal: number) => ({
    productId: randomUUID(),
    sellerId,
    quantity: 1,
    subtotal,
  });
  return {
    orderId,
    paymentId,
    approved: { orderId, paymentId, provider, amount: 10_101, approvedAt: '2026-01-01T00:00:00.000Z' },
    confirmed: {
      orderId,
      paymentId,
      buyerId: randomUUID(),
      total: 10_101,
      lines: [line(A, 9_998), line(B, 102), line(A, 1)],
    },
    refunded: { orderId, paymentId, provider, key: `order:${orderId}`, amount: 10_101 },
  };
}
