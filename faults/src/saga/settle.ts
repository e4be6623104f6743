import type { JobName } from './jobs.js';
import type { World } from './world.js';

/** What is due now, by the job that does it, and when the next thing will be; `open` is all that is not at its end. */
interface Standing {
  effectsOfOrder: boolean;
  effectsOfCatalog: boolean;
  expiry: boolean;
  settling: boolean;
  refunding: boolean;
  nextAt: number | null;
  open: number;
}

const ms = (time: string) => `extract(epoch FROM ${time}) * 1000`;
const STANDING = `SELECT
  EXISTS (SELECT FROM "order".stock_effect WHERE due_at <= clock.now()) AS "effectsOfOrder",
  EXISTS (SELECT FROM catalog.stock_effect WHERE due_at <= clock.now()) AS "effectsOfCatalog",
  EXISTS (SELECT FROM "order".orders WHERE status = 'PENDING_PAYMENT' AND deciding_payment_id IS NULL
    AND pay_by <= clock.now()) AS expiry,
  EXISTS (SELECT FROM payment.payment WHERE look_at <= clock.now()
    AND status IN ('APPROVING', 'READY', 'DECLINED', 'CANCELLED')) AS settling,
  EXISTS (SELECT FROM payment.refund WHERE refunded_at IS NULL AND try_at <= clock.now()) AS refunding,
  (SELECT ${ms('min(at)')}::float8 FROM (
    SELECT due_at AS at FROM "order".stock_effect UNION ALL SELECT due_at FROM catalog.stock_effect
    UNION ALL SELECT pay_by FROM "order".orders WHERE status = 'PENDING_PAYMENT' AND deciding_payment_id IS NULL
    UNION ALL SELECT look_at FROM payment.payment WHERE status IN ('APPROVING', 'READY', 'DECLINED', 'CANCELLED')
    UNION ALL SELECT try_at FROM payment.refund WHERE refunded_at IS NULL) AS due) AS "nextAt",
  (SELECT count(*) FROM "order".orders WHERE status IN ('PENDING_PAYMENT', 'PAID', 'REFUNDING')
     OR deciding_payment_id IS NOT NULL OR returning_since IS NOT NULL)
  + (SELECT count(*) FROM "order".refund WHERE refunded_at IS NULL)
  + (SELECT count(*) FROM "order".stock_effect) + (SELECT count(*) FROM catalog.stock_effect)
  + (SELECT count(*) FROM payment.refund WHERE refunded_at IS NULL)
  + (SELECT count(*) FROM payment.payment WHERE status IN ('APPROVING', 'REFUNDING') OR (look_at IS NOT NULL
       AND status IN ('READY', 'DECLINED', 'CANCELLED')))
  + (SELECT count(*) FROM payment.payment WHERE status = 'APPROVED' AND order_paid_at IS NULL) AS open`;

/** A minute of virtual time at a time; no history takes an hour to come to rest. */
const MOST_ROUNDS = 200;
const ORPHANS_AFTER_MS = 11_000;
const REMINDED_AFTER_MS = 61_000;

/**
 * Has everything come to its end: no more faults, every message delivered, every job done as often as anything is due, and
 * time going on in between.
 *
 * @throws Error when it never does.
 */
export async function settle(world: World): Promise<void> {
  const { history, broker } = world;
  history.forgive();
  let swept = false;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    await history.go(Infinity);
    await broker.collect();
    if (broker.waiting.length > 0) {
      for (let left = broker.waiting.length; left > 0; left -= 1) broker.deliver(0);
      continue;
    }
    const [standing] = await world.stores.admin.order.query<Standing>(STANDING);
    if (!standing) throw new Error('PostgreSQL does not say what is due');
    const due = dueJobs(standing);
    if (due.length > 0) {
      due.forEach(world.begin);
      continue;
    }
    if (standing.nextAt !== null) {
      await world.wait(Math.max(1, Math.ceil(standing.nextAt - world.clock.now) + 1));
    } else if (standing.open > 0) {
      await world.wait(REMINDED_AFTER_MS);
      world.begin('watchdog of order');
      world.begin('watchdog of payment');
    } else if (!swept) {
      swept = true;
      await world.wait(ORPHANS_AFTER_MS);
      world.begin('orphans');
    } else return;
  }
  throw new Error(`nothing comes to rest: ${await describeOpen(world)}`);
}

function dueJobs(standing: Standing): JobName[] {
  const jobs: [boolean, JobName][] = [
    [standing.effectsOfOrder, 'effects of order'],
    [standing.effectsOfCatalog, 'effects of catalog'],
    [standing.expiry, 'expiry'],
    [standing.settling, 'settling'],
    [standing.refunding, 'refunding'],
  ];
  return jobs.filter(([isDue]) => isDue).map(([, name]) => name);
}

async function describeOpen({ stores: { admin } }: World): Promise<string> {
  const rows = await admin.order.query<{ what: string }>(
    `SELECT 'order ' || status || ' ' || coalesce(deciding_payment_id::text, '') || ' ' || coalesce(returning_since::text, '') AS what FROM orders
     UNION ALL SELECT 'payment ' || status || ' ' || coalesce(look_at::text, '') FROM payment.payment
     UNION ALL SELECT 'refund ' || key || ' ' || coalesce(refunded_at::text, '') FROM payment.refund
     UNION ALL SELECT 'effect ' || kind || ' ' || epoch || ' tried ' || attempts FROM stock_effect
     UNION ALL SELECT 'effect of catalog ' || kind || ' ' || epoch || ' tried ' || attempts FROM catalog.stock_effect`,
  );
  return rows.map(({ what }) => what).join('; ');
}
