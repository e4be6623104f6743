import type { Database } from '@stampede/shared/database';
import type { DeliverySchedule } from '../src/delivery/schedule.js';
import { takeStep } from '../src/delivery/take-step.js';
import { OrderStatus } from '../src/order-status.js';

const { CONFIRMED, PREPARING, SHIPPED, DELIVERED } = OrderStatus;

/** A hundred seconds for each step. */
export const SCHEDULE: DeliverySchedule = {
  steps: [
    { from: CONFIRMED, to: PREPARING, afterS: 100 },
    { from: PREPARING, to: SHIPPED, afterS: 100 },
    { from: SHIPPED, to: DELIVERED, afterS: 100 },
  ],
  carrier: 'Test Express',
};

/** Orders of goods, by writing their rows, that have waited `seconds` for their next step. @returns their ids */
export async function confirmsMany(
  database: Database,
  count: number,
  seconds: number,
  status = CONFIRMED,
): Promise<string[]> {
  const rows = await database.query<{ id: string }>(
    `WITH made AS (INSERT INTO orders (id, buyer_id, digest, status, total, pay_by, paid_payment_id, delivery_since)
         SELECT gen_random_uuid(), gen_random_uuid(), '', $3, 1000, now(), gen_random_uuid(),
           now() - make_interval(secs => $2) FROM generate_series(1, $1) RETURNING id),
       lines AS (INSERT INTO order_line (order_id, product_id, quantity, unit_price, product_name, seller_id, refund_policy)
         SELECT id, gen_random_uuid(), 1, 1000, 'Test', id, '{"usedOn": null, "tiers": []}' FROM made)
     SELECT id FROM made`,
    [count, seconds, status],
  );
  return rows.map(({ id }) => id);
}

/** Takes every step that is due, as a replica does without a lock. @returns how many, batch by batch */
export async function takesSteps(database: Database, { steps, carrier } = SCHEDULE): Promise<number[]> {
  const batches: number[] = [];
  for (;;) {
    const before = batches.length;
    for (const step of steps) {
      const count = await takeStep(database, step, carrier);
      if (count > 0) batches.push(count);
    }
    if (batches.length === before) return batches;
  }
}

/** How many of these orders stand where; and how many lines of timelines, parcels and messages there are of them. */
export async function tally(database: Database, ids: readonly string[]) {
  const counts = async (text: string) => {
    const rows = await database.query<{ what: string; count: number }>(`${text} GROUP BY 1 ORDER BY 1`, [
      ids,
    ]);
    return Object.fromEntries(rows.map(({ what, count }) => [what, count]));
  };
  return {
    orders: await counts('SELECT status AS what, count(*) FROM orders WHERE id = ANY($1)'),
    events: await counts('SELECT status AS what, count(*) FROM order_event WHERE order_id = ANY($1)'),
    parcels: await counts(
      `SELECT CASE WHEN delivered_at IS NULL THEN 'under way' ELSE 'arrived' END AS what, count(*)
       FROM delivery WHERE order_id = ANY($1)`,
    ),
    said: await counts(
      `SELECT routing_key AS what, count(*) FROM outbox WHERE (body->>'orderId')::uuid = ANY($1)`,
    ),
  };
}
