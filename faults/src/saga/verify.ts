import { findViolations } from '@stampede/shared/testing';
import type { World } from './world.js';

/** Everything that must be true once a history has come to its end. @throws Error that lists what is not */
export async function verify(world: World): Promise<void> {
  const { stores, history } = world;
  const { admin, redis, namespace } = stores;
  const findings = await findViolations({
    sql: (schema) => admin[schema as keyof typeof admin],
    redis,
    namespace,
  });
  const broken = findings.flatMap(({ invariant, claim, violations }) =>
    violations.map((violation) => `${invariant}. ${claim}: ${violation}`),
  );
  broken.push(...(await compareLedgers(world)), ...history.surprises);
  if (broken.length > 0) throw new Error(broken.join('\n'));
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
