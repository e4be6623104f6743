import { AssertionError } from 'node:assert';
import type { ServiceName } from '../database/index.js';
import { eventually } from './eventually.js';
import type { Check, Finding, InvariantParts } from './finding.js';
import { CHECKS_OF_BOOKS } from './invariants-of-books.js';
import { CHECKS_OF_ORDERS } from './invariants-of-orders.js';
import { compareStock } from './invariants-of-stock.js';
import { CHECKS_OF_WALLETS } from './invariants-of-wallets.js';
import { SOLD_STATUSES } from './order-statuses.js';

const SOLD = SOLD_STATUSES.map((status) => `'${status}'`).join(', ');

/** What is always true between the services. */
const CHECKS: Check[] = [
  [
    1,
    'catalog',
    'no product has sold more units than exist, and each sold unit belongs to one committed order',
    `SELECT format('product %s: %s of %s sold, %s in committed orders', id, sold, total, committed) AS violation FROM (
       SELECT product.*, coalesce((SELECT sum(quantity) FROM stock_order_line JOIN stock_order USING (order_id)
         WHERE product_id = product.id AND status = 'COMMITTED'), 0) AS committed FROM product) counted
     WHERE sold > total OR sold <> committed`,
  ],
  [
    1,
    'order',
    'no product has more units in living orders than exist',
    `SELECT format('product %s: %s units of %s', product.id, units, product.total) AS violation FROM (
       SELECT product_id, sum(quantity) AS units FROM order_line JOIN orders ON orders.id = order_id
       WHERE status NOT IN ('EXPIRED', 'CANCELLED', 'REFUNDED') GROUP BY product_id) living
     JOIN catalog.product ON product.id = product_id WHERE units > product.total`,
  ],
  [
    2,
    'order',
    'no buyer holds and owns more than the limit',
    `SELECT format('buyer %s has %s of product %s', buyer_id, units, product_id) AS violation FROM (
       SELECT buyer_id, product_id, sum(quantity) AS units FROM order_line JOIN orders ON orders.id = order_id
       WHERE status NOT IN ('EXPIRED', 'CANCELLED', 'REFUNDED') GROUP BY buyer_id, product_id) owned
     JOIN catalog.product ON product.id = product_id WHERE units > product.limit_per_buyer`,
  ],
  [
    3,
    'payment',
    'every captured payment has one confirmed order, or one refund',
    `SELECT format('payment %s is %s, its order %s', payment.id, payment.status, coalesce(orders.status, 'missing')) AS violation
     FROM payment LEFT JOIN "order".orders ON orders.paid_payment_id = payment.id
     WHERE approved_at IS NOT NULL AND (
       (payment.status = 'APPROVED' AND orders.status IN (${SOLD}))
       OR (payment.status = 'REFUNDED' AND (orders.id IS NULL OR orders.status IN ('CANCELLED', 'REFUNDED')))
       OR (payment.status = 'PARTIALLY_REFUNDED' AND orders.status = 'REFUNDED')) IS NOT TRUE`,
  ],
  [
    3,
    'order',
    'every paid order has a captured payment of its whole total',
    `SELECT format('order %s is %s', orders.id, orders.status) AS violation FROM orders
     LEFT JOIN payment.payment ON payment.id = paid_payment_id
     WHERE (orders.status IN ('PAID', ${SOLD}, 'REFUNDING', 'REFUNDED')
         OR paid_payment_id IS NOT NULL)
       AND (payment.approved_at IS NULL OR payment.amount <> orders.total)`,
  ],
  [
    4,
    'order',
    'an order passes each status once',
    `SELECT format('order %s was %s %s times', order_id, status, count(*)) AS violation FROM order_event
     GROUP BY order_id, status HAVING count(*) > 1`,
  ],
  [
    4,
    'order',
    'confirmed orders are those whose stock catalog has committed',
    `SELECT format('order %s is %s, its stock %s', orders.id, orders.status, coalesce(stock_order.status, 'unknown')) AS violation
     FROM orders LEFT JOIN catalog.stock_order ON stock_order.order_id = orders.id
     WHERE (orders.status IN (${SOLD})) <> coalesce(stock_order.status = 'COMMITTED', false)`,
  ],
  [
    4,
    'payment',
    'an order is paid once',
    `SELECT format('order %s has %s approved payments', order_id, count(*)) AS violation FROM payment
     WHERE status = 'APPROVED' GROUP BY order_id HAVING count(*) > 1`,
  ],
];

const notBooked = (kind: string, key: string) =>
  `NOT EXISTS (SELECT FROM payment.book_fact fact WHERE fact.kind = '${kind}' AND fact.key = ${key})`;

/** What is still on its way: the claims across services hold when there is nothing. */
const IN_FLIGHT: [ServiceName, string][] = [
  [
    'order',
    `SELECT count(*) FROM orders WHERE status IN ('PAID', 'REFUNDING') OR deciding_payment_id IS NOT NULL
       OR returning_since IS NOT NULL`,
  ],
  [
    'order',
    `SELECT count(*) FROM orders WHERE status = 'PENDING_PAYMENT' AND deciding_payment_id IS NULL AND pay_by <= now()`,
  ],
  ['order', 'SELECT count(*) FROM refund WHERE refunded_at IS NULL'],
  ['order', 'SELECT count(*) FROM stock_effect'],
  ['catalog', 'SELECT count(*) FROM stock_effect'],
  ['payment', `SELECT count(*) FROM payment WHERE status IN ('APPROVING', 'REFUNDING')`],
  // Booking follows paying: what is published and not yet handled shows by what is missing in the books.
  [
    'payment',
    `SELECT count(*) FROM payment WHERE approved_at IS NOT NULL AND ${notBooked('CAPTURE', 'payment.id::text')}`,
  ],
  [
    'payment',
    `SELECT count(*) FROM refund WHERE refunded_at IS NOT NULL AND ${notBooked('REFUND', 'refund.key')}`,
  ],
  [
    'order',
    `SELECT count(*) FROM order_event WHERE status = 'CONFIRMED' AND ${notBooked('SALE', 'order_event.order_id::text')}`,
  ],
  ['order', 'SELECT count(*) FROM outbox WHERE published_at IS NULL'],
  ['catalog', 'SELECT count(*) FROM outbox WHERE published_at IS NULL'],
  ['payment', 'SELECT count(*) FROM outbox WHERE published_at IS NULL'],
];

/** Checks every invariant as things stand now. */
export async function findViolations({ sql, redis, namespace }: InvariantParts): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [schema, { checks, together }] of CHECKS_BY_SCHEMA) {
    const rows = await sql(schema).query<{ number: number; violation: string }>(together);
    findings.push(
      ...checks.map(([invariant, , claim], index) => ({
        invariant,
        claim,
        violations: rows.filter(({ number }) => number === index).map(({ violation }) => violation),
      })),
    );
  }
  findings.push(...(await compareStock({ sql, redis, namespace })));
  return findings;
}

/** One statement for each schema: a simulation checks thousands of small databases, one round trip after the other. */
const CHECKS_BY_SCHEMA = new Map(
  (['catalog', 'order', 'payment'] as const).map((schema) => {
    const all = [...CHECKS, ...CHECKS_OF_ORDERS, ...CHECKS_OF_BOOKS, ...CHECKS_OF_WALLETS];
    const checks = all.filter(([, of]) => of === schema);
    const numbered = checks.map(
      ([, , , query], number) => `SELECT ${number} AS number, violation FROM (${query}) AS found`,
    );
    return [schema, { checks, together: numbered.join(' UNION ALL ') }];
  }),
);

/** Waits until nothing is in flight (60 s at most: that is invariant 3's own bound). @throws Error */
export async function becomesQuiet(
  { sql }: Pick<InvariantParts, 'sql'>,
  withinMs: number = 60_000,
): Promise<void> {
  await eventually(async () => {
    for (const [schema, query] of IN_FLIGHT) {
      const [row] = await sql(schema).query<{ count: number }>(query);
      if (row && row.count > 0) throw new Error(`${row.count} still on their way in ${schema}: ${query}`);
    }
  }, withinMs);
}

/** How the platform stands, and whether that is as it must be. */
export interface Inspection {
  holds: boolean;
  /** What did not become quiet, if anything; then every claim, or those alone that do not hold. */
  describe(which: 'all' | 'broken'): string;
}

/**
 * Waits for quiet and checks every invariant, quiet or not: what never ends, as the booking of a dead letter, is named
 * by the claims that it breaks.
 */
export async function inspect(parts: InvariantParts, withinMs?: number): Promise<Inspection> {
  const [quiet] = await Promise.allSettled([becomesQuiet(parts, withinMs)]);
  const findings = await findViolations(parts);
  const broken = findings.filter(({ violations }) => violations.length > 0);
  const unrest = quiet.status === 'rejected' ? [`UNREST ${String(quiet.reason)}`] : [];
  return {
    holds: unrest.length + broken.length === 0,
    describe: (which) => [...unrest, ...(which === 'all' ? findings : broken).map(describe)].join('\n'),
  };
}

/**
 * Waits for quiet, and has every invariant hold. A message that is published and not yet handled shows in no table,
 * so the claims are given a moment to come true.
 *
 * @throws AssertionError that lists every violation.
 */
export async function assertInvariants(parts: InvariantParts): Promise<void> {
  await eventually(async () => {
    const inspection = await inspect(parts);
    if (!inspection.holds) throw new AssertionError({ message: inspection.describe('broken') });
  }, 20_000);
}

const describe = ({ invariant, claim, violations }: Finding): string =>
  [
    `${violations.length === 0 ? 'holds ' : 'BROKEN'} ${invariant}. ${claim}`,
    ...violations.map((violation) => `         ${violation}`),
  ].join('\n');
