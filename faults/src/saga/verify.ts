import { compareStock, findViolations, type Finding } from '@stampede/shared/testing';
import type { World } from './world.js';

/** What must be true at every instant; PostgreSQL's part of it, Redis' own is checked at each step. */
const ALWAYS = `
  SELECT format('1. product %s: %s units in living orders', product_id, units) AS violation FROM (
    SELECT product_id, sum(quantity) AS units FROM order_line JOIN orders ON orders.id = order_id
    WHERE status NOT IN ('EXPIRED', 'CANCELLED', 'REFUNDED', 'REFUNDING') GROUP BY product_id) living
  JOIN catalog.product ON product.id = product_id WHERE units > product.total
  UNION ALL
  SELECT format('2. buyer %s has %s of product %s', buyer_id, units, product_id) FROM (
    SELECT buyer_id, product_id, sum(quantity) AS units FROM order_line JOIN orders ON orders.id = order_id
    WHERE status NOT IN ('EXPIRED', 'CANCELLED', 'REFUNDED', 'REFUNDING') GROUP BY buyer_id, product_id) owned
  JOIN catalog.product ON product.id = product_id WHERE units > product.limit_per_buyer
  UNION ALL
  SELECT format('3. order %s has ended while a payment of it was being decided', orders.id) FROM orders
  JOIN payment.payment ON payment.id = deciding_payment_id
  WHERE orders.status IN ('EXPIRED', 'CANCELLED') AND payment.status = 'APPROVING'
  UNION ALL
  SELECT format('3. order %s was marked after its time', id) FROM orders WHERE deciding_since >= pay_by`;

/** What holds between two commands, whatever is under way. @throws Error that lists what does not */
export async function verifyAlways({ stores: { admin }, history }: World): Promise<void> {
  if (!history.hasStepped()) return;
  const broken = await admin.order.query<{ violation: string }>(ALWAYS);
  refuse([...broken.map(({ violation }) => violation), ...history.surprises]);
}

/** What holds once nothing is on its way to Redis: it is what the orders say, by their ids. */
export async function verifyStock({ stores: { admin, redis, namespace } }: World): Promise<void> {
  refuse(
    describe(await compareStock({ sql: (schema) => admin[schema as keyof typeof admin], redis, namespace })),
  );
}

function refuse(broken: readonly string[]): void {
  if (broken.length > 0) throw new Error(broken.join('\n'));
}

const describe = (findings: readonly Finding[]): string[] =>
  findings.flatMap(({ invariant, claim, violations }) =>
    violations.map((violation) => `${invariant}. ${claim}: ${violation}`),
  );

/** Everything that must be true once a history has come to its end. @throws Error that lists what is not */
export async function verify(world: World): Promise<void> {
  const { stores, history } = world;
  const { admin, redis, namespace } = stores;
  const findings = await findViolations({
    sql: (schema) => admin[schema as keyof typeof admin],
    redis,
    namespace,
  });
  refuse([
    ...describe(findings),
    ...(await compareLedgers(world)),
    ...(await compareFigures(world)),
    ...history.surprises,
  ]);
}

/** The bank's books are the truth about money: ours say the same of each payment, to the won. */
async function compareLedgers({ stores: { admin }, bank }: World): Promise<string[]> {
  const rows = await admin.payment.query<{ id: string; taken: number; back: number }>(
    `SELECT id, CASE WHEN approved_at IS NULL THEN 0 ELSE amount END::bigint AS taken,
       (SELECT coalesce(sum(amount), 0) FROM refund WHERE payment_id = payment.id AND refunded_at IS NOT NULL)::bigint AS back
     FROM payment`,
  );
  const ours = new Map(rows.map((row) => [row.id, row]));
  return [...bank.accounts].flatMap(([id, { status, amount, givenBack }]) => {
    const taken = status === 'taken' ? amount : 0;
    const known = ours.get(id) ?? { taken: 0, back: 0 };
    return known.taken === taken && known.back === givenBack
      ? []
      : [
          `3. the bank took ${taken} and gave back ${givenBack} of a payment, our books say ${known.taken} and ${known.back}`,
        ];
  });
}

/** Every answer to a checkout is counted once; those that a process had in its memory when it crashed, at most. */
async function compareFigures({
  stores: { admin },
  productIds,
  decided,
  hasCrashed,
}: World): Promise<string[]> {
  const rows = await admin.catalog.query<{ id: string; counted: number }>(
    'SELECT product_id AS id, sum(decisions)::int AS counted FROM sale_point GROUP BY product_id',
  );
  return productIds.flatMap((id, index) => {
    const made = decided.get(id) ?? 0;
    const counted = rows.find((row) => row.id === id)?.counted ?? 0;
    return counted === made || (hasCrashed && counted < made)
      ? []
      : [`the figures of product ${index} count ${counted} decisions, and there were ${made}`];
  });
}
