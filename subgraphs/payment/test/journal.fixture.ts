import { buildSubgraph } from '@stampede/shared/graphql';
import type { Identity, Role } from '@stampede/shared/identity';
import { openTestDatabase } from '@stampede/shared/testing';
import { graphql } from 'graphql';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { bookingHandlers } from '../src/books/booking.js';
import { openJournalReader } from '../src/journal/journal-reader.js';
import { JournalLineResolver, JournalResolver } from '../src/journal/journal.resolver.js';
import { WalletResolver } from '../src/journal/wallet.resolver.js';

export const SELLERS = [randomUUID(), randomUUID()] as const;
export const PRICE = 10_000;

export const person = (role: Role, userId: string = randomUUID()) =>
  ({ kind: 'user', userId, role, sessionId: randomUUID() }) as const satisfies Identity;
export const operator = person('OPERATOR');
export const sellers = SELLERS.map((id) => person('SELLER', id)) as [Identity, Identity];

const HANDLERS = new Map(bookingHandlers(500).map((handler) => [handler.type.name, handler]));

/** What is shown of the books, what it asks of the tables, and orders whose money is booked as messages tell it. */
export async function openJournal() {
  const test = await openTestDatabase('payment', fileURLToPath(new URL('../migrations', import.meta.url)));
  const { database } = test;
  const statements: string[] = [];
  const counting: typeof database = {
    ...database,
    query: (text, values, options) => {
      statements.push(text);
      return database.query(text, values, options);
    },
  };
  const reader = openJournalReader(counting);
  const { schema } = await buildSubgraph({
    resolvers: [
      new JournalLineResolver(reader),
      new JournalResolver(counting, reader),
      new WalletResolver(counting),
    ],
  });

  async function tell(event: string, body: object): Promise<void> {
    const handler = HANDLERS.get(event);
    if (!handler) throw new Error(`${event} is not booked`);
    const meta = { messageId: randomUUID(), attempts: 0 };
    await database.transaction('test', (tx) => handler.handle(tx, handler.type.schema.parse(body), meta));
  }

  return {
    database,
    statements,
    tell,
    /** @returns what is told, and the errors with their code, path and fields */
    ask: async (identity: Identity, source: string) => {
      statements.length = 0;
      const { data, errors } = await graphql({
        schema,
        source,
        contextValue: { identity, requestId: 'test' },
      });
      // Objects of plain prototypes, as they come over the network.
      const told = JSON.parse(JSON.stringify(data ?? null)) as unknown;
      return { data: told, errors: errors?.map(({ extensions: { code, fields } }) => ({ code, fields })) };
    },
    /** An order of one unit of each of these sellers, captured in the table of payments. @returns its messages */
    captured: async (...sold: string[]) => {
      const [orderId, paymentId] = [randomUUID(), randomUUID()];
      const amount = PRICE * sold.length;
      await database.run(
        `INSERT INTO payment (id, order_id, buyer_id, provider, status, amount, provider_id, redirect_url, window_ends_at,
           approved_at) VALUES ($1, $2, $2, 'KAKAOPAY', 'APPROVED', $3, $4, '', now(), now())`,
        [paymentId, orderId, amount, paymentId],
      );
      const ofIt = { orderId, paymentId, provider: 'KAKAOPAY' };
      const lines = sold.map((sellerId) => ({
        productId: randomUUID(),
        sellerId,
        quantity: 1,
        subtotal: PRICE,
      }));
      return {
        orderId,
        paymentId,
        amount,
        books: () => tell('payment.approved', { ...ofIt, amount, approvedAt: '2026-01-01T00:00:00.000Z' }),
        sells: () => tell('order.confirmed', { orderId, paymentId, buyerId: orderId, total: amount, lines }),
        /** Gives back in the table of refunds. @returns what has it booked */
        refunds: async (back: number) => {
          const key = randomUUID();
          await database.run(
            `INSERT INTO refund (key, payment_id, order_id, amount, reason, refunded_at, try_at)
             VALUES ($1, $2, $3, $4, 'test', now(), NULL)`,
            [key, paymentId, orderId, back],
          );
          return () => tell('payment.refunded', { ...ofIt, key, amount: back });
        },
      };
    },
    [Symbol.asyncDispose]: () => test[Symbol.asyncDispose](),
  };
}
