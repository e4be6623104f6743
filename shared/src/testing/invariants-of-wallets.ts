import type { Check } from './finding.js';

/**
 * What is left of each seller's part of a sale, by the facts of its order: refunds that name shares take those, others
 * take from what the shares leave, by cumulative rounding in the order of the parts; the fee goes back in proportion.
 */
const LEFT = `
  part AS (
    SELECT fact.order_id, number, part->>'sellerId' AS seller, (part->>'subtotal')::numeric AS subtotal,
      (part->>'fee')::numeric AS fee, unshared,
      coalesce((SELECT sum((share->>'amount')::numeric) FROM book_fact refund, jsonb_array_elements(refund.parts) share
        WHERE refund.order_id = fact.order_id AND refund.kind = 'REFUND' AND refund.payment_id = fact.payment_id
          AND share->>'sellerId' = part->>'sellerId'), 0) AS shared
    FROM book_fact fact, jsonb_array_elements(parts) WITH ORDINALITY AS of_sale (part, number),
      LATERAL (SELECT coalesce(sum(amount), 0) AS unshared FROM book_fact refund
        WHERE refund.order_id = fact.order_id AND refund.kind = 'REFUND' AND refund.payment_id = fact.payment_id
          AND refund.parts IS NULL) whole
    WHERE fact.kind = 'SALE'),
  weighed AS (
    SELECT *, sum(subtotal - shared) OVER (PARTITION BY order_id ORDER BY number) AS upto,
      nullif(sum(subtotal - shared) OVER (PARTITION BY order_id), 0) AS whole FROM part),
  back AS (
    SELECT *, shared + coalesce(div(unshared * upto, whole) - div(unshared * (upto - subtotal + shared), whole), 0) AS back
    FROM weighed),
  remaining AS (
    SELECT order_id, seller, subtotal - back AS amount, fee - coalesce(div(fee * back, nullif(subtotal, 0)), 0) AS fee
    FROM back)`;

/** Who has got the money of what was sold, and who has given it back. */
export const CHECKS_OF_WALLETS: Check[] = [
  [
    5,
    'payment',
    'of each sale, the books know what each seller sold, to the won',
    `SELECT format('order %s, seller %s: sold %s, booked %s', order_id, seller, sold, booked) AS violation
     FROM (SELECT order_id, seller_id::text AS seller, sum(quantity * unit_price) AS sold FROM "order".order_line
       WHERE order_id IN (SELECT order_id FROM book_fact WHERE kind = 'SALE') GROUP BY order_id, seller_id) line
     FULL JOIN (SELECT order_id, part->>'sellerId' AS seller, sum((part->>'subtotal')::numeric) AS booked
       FROM book_fact, jsonb_array_elements(parts) part WHERE kind = 'SALE' GROUP BY 1, 2) part USING (order_id, seller)
     WHERE sold IS DISTINCT FROM booked`,
  ],
  [
    5,
    'payment',
    'of each refund, the books know what of it is each seller’s, as order has said',
    `SELECT format('refund %s: shares %s, booked %s', key, asked.shares, fact.parts) AS violation
     FROM "order".refund asked JOIN book_fact fact USING (key)
     WHERE kind = 'REFUND' AND asked.shares IS DISTINCT FROM fact.parts`,
  ],
  [
    5,
    'payment',
    'of each order, each seller has what they sold, less fee and refunds, and the platform the fees',
    `WITH ${LEFT}
     SELECT format('order %s: %s has %s of %s', order_id, account, coalesce(credit, 0), coalesce(due, 0)) AS violation
     FROM (SELECT order_id, 'payable:' || seller AS account, amount - fee AS due FROM remaining
       UNION ALL SELECT order_id, 'fees', sum(fee) FROM remaining GROUP BY order_id) owed
     FULL JOIN (SELECT order_id, account, sum(credit - debit) AS credit FROM journal_line
       JOIN journal_entry ON id = entry_id WHERE account = 'fees' OR account LIKE 'payable:%' GROUP BY order_id, account) booked
       USING (order_id, account)
     WHERE coalesce(due, 0) <> coalesce(credit, 0)`,
  ],
];
