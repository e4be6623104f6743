import type { Sql } from '@stampede/shared/database';
import { describe } from './describe.js';
import type { Fact } from './facts.js';

/** An entry of the journal: for which fact of which order, and what it adds to each account, less than 0 for a credit. */
export interface Booking {
  orderId: string;
  fact: Fact;
  /** No other entry has it. */
  reference: string;
  lines: readonly [account: string, net: number][];
}

/** Writes entries with their lines. All lines at once: the tables take no line for an entry that has some. */
export async function post(tx: Sql, bookings: readonly Booking[]): Promise<void> {
  if (bookings.length === 0) return;
  const lines = bookings.flatMap(({ reference, lines: own }) =>
    own.map(([account, net], index) => ({ reference, account, net, number: index + 1 })),
  );
  await tx.run(
    `WITH entry AS (
       INSERT INTO journal_entry (kind, reference, description, order_id)
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::uuid[]) RETURNING id, reference)
     INSERT INTO journal_line (entry_id, number, account, debit, credit)
     SELECT entry.id, number, account, greatest(net, 0), greatest(-net, 0)
     FROM unnest($5::text[], $6::int[], $7::text[], $8::bigint[]) AS line (reference, number, account, net)
     JOIN entry USING (reference)`,
    [
      bookings.map(({ fact }) => fact.kind),
      bookings.map(({ reference }) => reference),
      bookings.map(({ fact }) => describe(fact)),
      bookings.map(({ orderId }) => orderId),
      lines.map(({ reference }) => reference),
      lines.map(({ number }) => number),
      lines.map(({ account }) => account),
      lines.map(({ net }) => net),
    ],
  );
}
