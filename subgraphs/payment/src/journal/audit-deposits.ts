import type { Sql } from '@stampede/shared/database';
import { won } from '@stampede/shared/graphql';
import type { DepositsAudit } from './deposits-audit.entity.js';

interface Sums {
  captured: number;
  captured_to_book: number;
  captures_to_book: number;
  /** Of payments by which no sale is settled: what goes back of a sale comes from its sellers. */
  given_back: number;
  given_back_to_book: number;
  refunds_to_book: number;
  settled: number;
  booked: number;
}

/**
 * Compares what payments say is held for buyers with the account `deposits`. Reads every payment, at one instant: a
 * sum that was kept beside them could be wrong together with the books.
 */
export async function auditDeposits(sql: Sql): Promise<DepositsAudit> {
  const [sums] = await sql.query<Sums>(
    `SELECT captures.*, refunds.*,
       (SELECT coalesce(sum(amount), 0)::bigint FROM book_fact WHERE kind = 'SALE') AS settled,
       (SELECT coalesce(sum(credit - debit), 0)::bigint FROM account_balance WHERE account = 'deposits') AS booked
     FROM (
       SELECT coalesce(sum(payment.amount), 0)::bigint AS captured,
         coalesce(sum(payment.amount) FILTER (WHERE fact.key IS NULL), 0)::bigint AS captured_to_book,
         count(*) FILTER (WHERE fact.key IS NULL) AS captures_to_book
       FROM payment LEFT JOIN book_fact fact ON fact.kind = 'CAPTURE' AND fact.key = payment.id::text
       WHERE approved_at IS NOT NULL) captures, (
       SELECT coalesce(sum(refund.amount) FILTER (WHERE sale.key IS NULL), 0)::bigint AS given_back,
         coalesce(sum(refund.amount) FILTER (WHERE sale.key IS NULL AND fact.key IS NULL), 0)::bigint AS given_back_to_book,
         count(*) FILTER (WHERE fact.key IS NULL) AS refunds_to_book
       FROM refund LEFT JOIN book_fact fact ON fact.kind = 'REFUND' AND fact.key = refund.key
       LEFT JOIN book_fact sale ON sale.kind = 'SALE' AND sale.key = refund.order_id::text
         AND sale.payment_id = refund.payment_id
       WHERE refunded_at IS NOT NULL) refunds`,
  );
  return auditOf(sums as Sums);
}

function auditOf(sums: Sums): DepositsAudit {
  const held = sums.captured - sums.given_back - sums.settled;
  const difference = held - sums.booked;
  return {
    held: won(held),
    booked: sums.booked,
    difference,
    capturesToBook: sums.captures_to_book,
    refundsToBook: sums.refunds_to_book,
    unexplained: difference - (sums.captured_to_book - sums.given_back_to_book),
  };
}
