import type { Sql } from '@stampede/shared/database';
import { Contradiction } from '@stampede/shared/messaging';
import { isDeepStrictEqual } from 'node:util';
import { contradictionIn } from './contradiction-in.js';
import type { Fact } from './facts.js';
import { post, type Booking } from './post.js';
import { positions } from './positions.js';

/** A fact, and the order whose money it is about. */
export interface OrderFact {
  orderId: string;
  fact: Fact;
}

/**
 * Adds a fact of an order and books the difference that it makes: one entry, or none where it makes no difference.
 * A fact that is known changes nothing.
 *
 * @throws Contradiction when the fact cannot be true beside what is known of the order.
 */
export const book = (tx: Sql, orderId: string, fact: Fact): Promise<void> => bookAll(tx, [{ orderId, fact }]);

/**
 * As {@link book}, of several orders, in as many statements as for one.
 *
 * @param all facts, each of another order.
 * @throws Contradiction where one of them cannot be true: none may be committed then.
 */
export async function bookAll(tx: Sql, all: readonly OrderFact[]): Promise<void> {
  await lockOrders(tx, all);
  const known = await addFacts(tx, all);
  const bookings = all.map(({ orderId, fact }, index) =>
    bookingOf(orderId, fact, known[index] as OrderBooks),
  );
  await post(
    tx,
    bookings.filter((booking) => booking !== undefined),
  );
}

/** @throws Contradiction */
function bookingOf(orderId: string, fact: Fact, { added, facts, booked }: OrderBooks): Booking | undefined {
  if (!added) {
    expectSame(fact, facts);
    return undefined;
  }
  const known = [...facts, fact];
  const contradiction = contradictionIn(known);
  if (contradiction) throw new Contradiction(contradiction);
  const lines = difference(positions(known), booked);
  return lines.length === 0 ? undefined : { orderId, fact, reference: referenceOf(fact), lines };
}

/**
 * Facts of one order take turns, from the first one on: what is read under this lock is all there is. In the order of
 * their ids, so that nobody waits for another in a circle.
 */
const lockOrders = (tx: Sql, all: readonly OrderFact[]) =>
  tx.run(
    `INSERT INTO book_order (order_id) SELECT order_id FROM unnest($1::uuid[]) AS order_id ORDER BY order_id
     ON CONFLICT (order_id) DO UPDATE SET order_id = excluded.order_id`,
    [all.map(({ orderId }) => orderId)],
  );

interface OrderBooks {
  added: boolean;
  /** Those that were known before. */
  facts: Fact[];
  /** Debits less credits of each account, as of the order's entries. */
  booked: Record<string, number>;
}

/** By a statement that is planned once: one that is alone would be planned each time by that of several. */
async function addFact(tx: Sql, { orderId, fact }: OrderFact): Promise<OrderBooks> {
  const [books] = await tx.query<OrderBooks>(
    `WITH added AS (
       INSERT INTO book_fact (order_id, kind, key, payment_id, provider, amount, parts)
       VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (kind, key) DO NOTHING RETURNING kind)
     SELECT EXISTS (SELECT FROM added) AS added,
       (SELECT coalesce(json_agg(json_build_object('kind', kind, 'key', key, 'paymentId', payment_id,
           'provider', provider, 'amount', amount, 'parts', parts)), '[]')
         FROM book_fact WHERE order_id = $1) AS facts,
       (SELECT coalesce(json_object_agg(account, net), '{}')
         FROM (SELECT account, sum(debit - credit) AS net
           FROM journal_entry JOIN journal_line ON entry_id = id WHERE order_id = $1 GROUP BY account) line) AS booked`,
    [orderId, fact.kind, fact.key, fact.paymentId, fact.provider, fact.amount, partsOf(fact)],
  );
  return books as OrderBooks;
}

/** @returns what was known of each order, in their order */
async function addFacts(tx: Sql, all: readonly OrderFact[]): Promise<OrderBooks[]> {
  const [first] = all;
  if (first && all.length === 1) return [await addFact(tx, first)];
  const facts = all.map(({ fact }) => fact);
  return tx.query<OrderBooks>(
    `WITH fact AS (
       SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::bigint[], $7::text[])
         WITH ORDINALITY AS fact (order_id, kind, key, payment_id, provider, amount, parts, number)),
     added AS (
       INSERT INTO book_fact (order_id, kind, key, payment_id, provider, amount, parts)
       SELECT order_id, kind, key, payment_id, provider, amount, parts::jsonb FROM fact ORDER BY kind, key
       ON CONFLICT (kind, key) DO NOTHING RETURNING order_id)
     SELECT EXISTS (SELECT FROM added WHERE added.order_id = fact.order_id) AS added,
       (SELECT coalesce(json_agg(json_build_object('kind', kind, 'key', key, 'paymentId', payment_id,
           'provider', provider, 'amount', amount, 'parts', parts)), '[]')
         FROM book_fact WHERE book_fact.order_id = fact.order_id) AS facts,
       (SELECT coalesce(json_object_agg(account, net), '{}')
         FROM (SELECT account, sum(debit - credit) AS net FROM journal_entry JOIN journal_line ON entry_id = id
           WHERE journal_entry.order_id = fact.order_id GROUP BY account) line) AS booked
     FROM fact ORDER BY number`,
    [
      all.map(({ orderId }) => orderId),
      facts.map(({ kind }) => kind),
      facts.map(({ key }) => key),
      facts.map(({ paymentId }) => paymentId),
      facts.map(({ provider }) => provider),
      facts.map(({ amount }) => amount),
      facts.map(partsOf),
    ],
  );
}

const partsOf = (fact: Fact) => (fact.kind === 'CAPTURE' || !fact.parts ? null : JSON.stringify(fact.parts));

/** The fee of a sale is the one of its first booking, whatever the setting is by now. */
function expectSame(fact: Fact, facts: readonly Fact[]): void {
  const known = facts.find(({ kind, key }) => kind === fact.kind && key === fact.key);
  if (!known || !isDeepStrictEqual(withoutFees(known), withoutFees(fact))) {
    throw new Contradiction(`${referenceOf(fact)} is known otherwise`);
  }
}

const withoutFees = (fact: Fact) =>
  fact.kind === 'SALE'
    ? { ...fact, parts: fact.parts.map(({ sellerId, subtotal }) => ({ sellerId, subtotal })) }
    : { ...fact, parts: fact.kind === 'REFUND' ? fact.parts : null };

const referenceOf = ({ kind, key }: Fact) => `${kind}:${key}`;

/** Debits first. */
function difference(target: ReadonlyMap<string, number>, booked: Record<string, number>): [string, number][] {
  const accounts = new Set([...target.keys(), ...Object.keys(booked)]);
  return [...accounts]
    .map((account): [string, number] => [account, (target.get(account) ?? 0) - (booked[account] ?? 0)])
    .filter(([, net]) => net !== 0)
    .sort(([one, net], [other, otherNet]) => otherNet - net || (one < other ? -1 : 1));
}
