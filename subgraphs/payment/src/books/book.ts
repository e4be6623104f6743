import type { Sql } from '@stampede/shared/database';
import { Contradiction } from '@stampede/shared/messaging';
import { isDeepStrictEqual } from 'node:util';
import { contradictionIn } from './contradiction-in.js';
import { describe } from './describe.js';
import type { Fact } from './facts.js';
import { positions } from './positions.js';

/**
 * Adds a fact of an order and books the difference that it makes: one entry, or none where it makes no difference.
 * A fact that is known changes nothing.
 *
 * @throws Contradiction when the fact cannot be true beside what is known of the order.
 */
export async function book(tx: Sql, orderId: string, fact: Fact): Promise<void> {
  await lockOrder(tx, orderId);
  const { added, facts, booked } = await addFact(tx, orderId, fact);
  if (!added) return expectSame(fact, facts);
  const known = [...facts, fact];
  const contradiction = contradictionIn(known);
  if (contradiction) throw new Contradiction(contradiction);
  await post(tx, orderId, fact, difference(positions(known), booked));
}

/** Facts of one order take turns, from the first one on: what is read under this lock is all there is. */
const lockOrder = (tx: Sql, orderId: string) =>
  tx.run(
    `INSERT INTO book_order (order_id) VALUES ($1)
     ON CONFLICT (order_id) DO UPDATE SET order_id = excluded.order_id`,
    [orderId],
  );

interface OrderBooks {
  added: boolean;
  /** Those that were known before. */
  facts: Fact[];
  /** Debits less credits of each account, as of the order's entries. */
  booked: Record<string, number>;
}

async function addFact(tx: Sql, orderId: string, fact: Fact): Promise<OrderBooks> {
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

/** All lines at once: the tables take no line for an entry that has some. */
async function post(tx: Sql, orderId: string, fact: Fact, lines: [string, number][]): Promise<void> {
  if (lines.length === 0) return;
  await tx.run(
    `WITH entry AS (
       INSERT INTO journal_entry (kind, reference, description, order_id) VALUES ($1, $2, $3, $4) RETURNING id)
     INSERT INTO journal_line (entry_id, number, account, debit, credit)
     SELECT entry.id, number, account, greatest(net, 0), greatest(-net, 0)
     FROM entry, unnest($5::text[], $6::bigint[]) WITH ORDINALITY AS line (account, net, number)`,
    [
      fact.kind,
      referenceOf(fact),
      describe(fact),
      orderId,
      lines.map(([account]) => account),
      lines.map(([, net]) => net),
    ],
  );
}
