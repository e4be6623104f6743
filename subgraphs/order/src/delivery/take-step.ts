import type { Database, Transaction } from '@stampede/shared/database';
import { trackingNumberOf } from '../order-number.js';
import { changeStatuses, OrderStatus } from '../order-status.js';
import { handOver } from './hand-over.js';
import type { ScheduledStep } from './schedule.js';

/** A few statements, however many take the step. */
const BATCH = 500;

interface DueRow {
  id: string;
  buyer_id: string;
  number: number;
}

/**
 * Has orders take a step that is due, a batch at most, each once: replicas that do so side by side step over what
 * another has in hand. The next step is counted from when this one was due, so that a stop delays nothing that follows;
 * but a parcel's arrival from now, as nothing has arrived that is handed over only now.
 *
 * @param carrier of what is shipped.
 * @returns how many have taken it; those that somebody else has in hand are left for the next time.
 */
export function takeStep(database: Database, step: ScheduledStep, carrier: string): Promise<number> {
  return database.transaction('take-delivery-step', async (tx) => {
    const due = await claimDue(tx, step);
    if (due.length === 0) return 0;
    const ids = due.map(({ id }) => id);
    await changeStatuses(tx, ids, step.from, step.to, 'SCHEDULE');
    if (step.to === OrderStatus.SHIPPED) await handOver(tx, due.map(parcelBy(carrier)));
    if (step.to === OrderStatus.DELIVERED) await noteArrival(tx, ids);
    return due.length;
  });
}

/** The status stands in the text, where a plan that is made once finds the partial index by it. */
function claimDue(tx: Transaction, { from, to, afterS }: ScheduledStep): Promise<DueRow[]> {
  const since = to === OrderStatus.SHIPPED ? 'now()' : 'delivery_since + make_interval(secs => $1)';
  return tx.query<DueRow>(
    `WITH due AS MATERIALIZED (
       SELECT id FROM orders WHERE status = '${from}' AND delivery_since <= now() - make_interval(secs => $1)
       ORDER BY delivery_since LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)
     UPDATE orders SET delivery_since = ${since}
     FROM due WHERE orders.id = due.id RETURNING orders.id, buyer_id, number`,
    [afterS],
  );
}

const parcelBy = (carrier: string) => (row: DueRow) => ({
  orderId: row.id,
  buyerId: row.buyer_id,
  carrier,
  trackingNumber: trackingNumberOf(row.number),
});

async function noteArrival(tx: Transaction, ids: readonly string[]): Promise<void> {
  await tx.run('UPDATE delivery SET delivered_at = now() WHERE order_id = ANY($1)', [ids]);
}
