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
  /** As `nextAt`, of what Redis is still to be told. */
  effectsAt: number | null;
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
  (SELECT ${ms('min(due_at)')}::float8 FROM (
    SELECT due_at FROM "order".stock_effect UNION ALL SELECT due_at FROM catalog.stock_effect) AS due) AS "effectsAt",
  (SELECT count(*) FROM "order".orders WHERE status IN ('PENDING_PAYMENT', 'PAID', 'REFUNDING')
     OR deciding_payment_id IS NOT NULL OR returning_since IS NOT NULL)
  + (SELECT count(*) FROM "order".refund WHERE refunded_at IS NULL)
  + (SELECT count(*) FROM "order".stock_effect) + (SELECT count(*) FROM catalog.stock_effect)
  + (SELECT count(*) FROM payment.refund WHERE refunded_at IS NULL)
  + (SELECT count(*) FROM payment.payment WHERE status IN ('APPROVING', 'REFUNDING') OR (look_at IS NOT NULL
       AND status IN ('READY', 'DECLINED', 'CANCELLED')))
  + (SELECT count(*) FROM payment.payment WHERE status = 'APPROVED' AND order_paid_at IS NULL) AS open`;

/** Far more than any history takes. */
const MOST_ROUNDS = 200;
const MOST_REMINDERS = 20;
const ORPHANS_AFTER_MS = 11_000;
const REMINDED_AFTER_MS = 61_000;

/**
 * Has all that is under way come to its end, without a hold's running out for it: no more faults, every message
 * delivered, what is due done, what nobody stands for given back. What is held and sold then is what orders say.
 */
export async function calm(world: World): Promise<void> {
  world.history.forgive();
  await workOff(world, ({ effectsAt }) => effectsAt);
  await world.wait(ORPHANS_AFTER_MS);
  world.begin('orphans');
  // What was being told when it was not to be, and then the rest.
  world.begin('figures');
  world.begin('figures');
  await workOff(world, ({ effectsAt }) => effectsAt);
}

/**
 * Has everything come to its end, however long that takes: holds run out, providers are asked again, what stands still
 * is told again.
 *
 * @throws Error when it never does.
 */
export async function settle(world: World): Promise<void> {
  for (let reminded = 0; reminded < MOST_REMINDERS; reminded += 1) {
    const open = await workOff(world, ({ nextAt }) => nextAt);
    if (open === 0) return;
    await world.wait(REMINDED_AFTER_MS);
    world.begin('watchdog of order');
    world.begin('watchdog of payment');
  }
  throw new Error(`nothing comes to rest: ${await describeOpen(world)}`);
}

/**
 * Works off what is due, and lets time pass until the next of it is.
 *
 * @param until when that is; null: nothing is waited for.
 * @returns how much is still to come to its end.
 */
async function workOff(world: World, until: (standing: Standing) => number | null): Promise<number> {
  const { history, broker, clock, stores } = world;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    await history.go(Infinity);
    await broker.collect();
    if (broker.waiting.length > 0) {
      for (let left = broker.waiting.length; left > 0; left -= 1) broker.deliver(0);
      continue;
    }
    const [standing] = await stores.admin.order.query<Standing>(STANDING);
    if (!standing) throw new Error('PostgreSQL does not say what is due');
    const due = dueJobs(standing);
    due.forEach((job) => world.begin(job));
    if (due.length > 0) continue;
    const next = until(standing);
    if (next === null) return standing.open;
    await world.wait(Math.max(1, Math.ceil(next - clock.now) + 1));
  }
  throw new Error(`it goes round in circles: ${await describeOpen(world)}`);
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
