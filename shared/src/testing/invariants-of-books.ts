import type { Check } from './finding.js';

/** Of each order that was confirmed: who sold it to whom is order's to say, and what of it went back is payment's. */
const SOLD = `SELECT id AS order_id, total, paid_payment_id FROM "order".orders
  WHERE EXISTS (SELECT FROM "order".order_event WHERE order_id = orders.id AND order_event.status = 'CONFIRMED')`;
/** What an order has left in the accounts of a name, as credit. */
const creditOf = (accounts: string) => `SELECT order_id, sum(credit - debit)::bigint AS credit
  FROM journal_line JOIN journal_entry ON id = entry_id WHERE account ${accounts} GROUP BY order_id`;

/** What is always true of the books, by themselves and beside orders and payments, which know nothing of them. */
export const CHECKS_OF_BOOKS: Check[] = [
  [
    5,
    'payment',
    'the debits of every entry equal its credits',
    `SELECT format('entry %s: %s lines, debits %s, credits %s', reference, lines, debit, credit) AS violation FROM (
       SELECT reference, count(entry_id) AS lines, coalesce(sum(debit), 0) AS debit, coalesce(sum(credit), 0) AS credit
       FROM journal_entry LEFT JOIN journal_line ON entry_id = id GROUP BY id) entry
     WHERE debit <> credit OR lines < 2`,
  ],
  [
    5,
    'payment',
    'the balance of every account, wallets among them, is the sum of its lines',
    `SELECT format('%s: debits %s, credits %s, its lines %s and %s', account, kept.debit, kept.credit, line.debit, line.credit) AS violation
     FROM (SELECT account, sum(debit) AS debit, sum(credit) AS credit FROM account_balance GROUP BY account) kept
     FULL JOIN (SELECT account, sum(debit) AS debit, sum(credit) AS credit FROM journal_line GROUP BY account) line
       USING (account)
     WHERE kept.debit IS DISTINCT FROM line.debit OR kept.credit IS DISTINCT FROM line.credit`,
  ],
  [
    5,
    'payment',
    'what was captured is booked once, to the won; nothing else is booked as captured',
    `SELECT format('payment %s of %s, booked %s', coalesce(payment.id::text, reference), payment.amount, debit) AS violation
     FROM (SELECT * FROM payment WHERE approved_at IS NOT NULL) payment
     FULL JOIN (SELECT reference, account, debit FROM journal_entry JOIN journal_line ON entry_id = id
       WHERE kind = 'CAPTURE' AND debit > 0) booked ON reference = 'CAPTURE:' || payment.id
     WHERE payment.amount IS DISTINCT FROM debit OR account <> 'receivable:' || provider`,
  ],
  [
    5,
    'payment',
    'what was given back is booked once, to the won; nothing else is booked as given back',
    `SELECT format('refund %s of %s, booked %s', coalesce(given.key, reference), given.amount, credit) AS violation
     FROM (SELECT refund.key, refund.amount, provider FROM refund JOIN payment ON payment.id = payment_id
       WHERE refunded_at IS NOT NULL) given
     FULL JOIN (SELECT reference, account, credit FROM journal_entry JOIN journal_line ON entry_id = id
       WHERE kind = 'REFUND' AND account LIKE 'receivable:%' AND credit > 0) booked ON reference = 'REFUND:' || given.key
     WHERE given.amount IS DISTINCT FROM credit OR account <> 'receivable:' || provider`,
  ],
  [
    5,
    'payment',
    'what was confirmed is in the books as sold, to the won; nothing else is',
    `SELECT format('order %s of %s, sold %s', coalesce(sold.order_id::text, key), total, amount) AS violation
     FROM (${SOLD}) sold FULL JOIN (SELECT * FROM book_fact WHERE kind = 'SALE') fact ON key = sold.order_id::text
     WHERE amount IS DISTINCT FROM total OR payment_id <> paid_payment_id`,
  ],
  [
    3,
    'payment',
    'of each order, the buyers’ deposits are what was captured, not given back and not settled',
    `SELECT format('order %s: deposits %s, and %s is not settled', order_id, coalesce(credit, 0), owed) AS violation FROM (
       SELECT order_id, sum(payment.amount - coalesce(back, 0))::bigint AS owed
       FROM payment LEFT JOIN (SELECT payment_id, sum(amount) AS back FROM refund WHERE refunded_at IS NOT NULL
         GROUP BY payment_id) refunded ON payment_id = payment.id
       WHERE approved_at IS NOT NULL AND payment.id NOT IN (SELECT paid_payment_id FROM (${SOLD}) sold
         WHERE paid_payment_id IS NOT NULL) GROUP BY order_id) held
     FULL JOIN (${creditOf(`= 'deposits'`)}) booked USING (order_id)
     WHERE coalesce(owed, 0) <> coalesce(credit, 0)`,
  ],
  [
    5,
    'payment',
    'of each order, what its sellers and the platform have is what was sold and not given back',
    `SELECT format('order %s: sellers and platform have %s of %s', order_id, coalesce(credit, 0), kept) AS violation FROM (
       SELECT sold.order_id, total - coalesce((SELECT sum(amount) FROM refund WHERE payment_id = paid_payment_id
         AND refunded_at IS NOT NULL), 0)::bigint AS kept FROM (${SOLD}) sold) sale
     FULL JOIN (${creditOf(`= 'fees' OR account LIKE 'payable:%'`)}) booked USING (order_id)
     WHERE coalesce(kept, 0) <> coalesce(credit, 0)`,
  ],
  [
    5,
    'payment',
    'of each provider, the receivable is what it has taken and not given back',
    `SELECT format('%s: receivable %s of %s', coalesce(account, name), coalesce(debit, 0), owed) AS violation FROM (
       SELECT 'receivable:' || provider AS name, sum(amount - coalesce(back, 0))::bigint AS owed
       FROM payment LEFT JOIN (SELECT payment_id, sum(amount) AS back FROM refund WHERE refunded_at IS NOT NULL
         GROUP BY payment_id) refunded ON payment_id = payment.id
       WHERE approved_at IS NOT NULL GROUP BY provider) taken
     FULL JOIN (SELECT account, sum(debit - credit)::bigint AS debit FROM journal_line
       WHERE account LIKE 'receivable:%' GROUP BY account) booked ON account = name
     WHERE coalesce(owed, 0) <> coalesce(debit, 0)`,
  ],
];
