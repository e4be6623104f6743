import type { Sql } from '@stampede/shared/database';
import { noteStep, PAYMENT_COLUMNS, type Changes, type PaymentRow } from '../payment-row.js';
import { assertAllowed, type PaymentStatus } from '../payment-status.js';

/** One payment that goes on with others. */
export interface Moving {
  payment: Pick<PaymentRow, 'id' | 'attempt'>;
  changes: Omit<Changes, 'decline_reason'>;
}

/**
 * Rows that somebody holds are left out. The index that allows one payment of an order may be waited for all the same,
 * by two replicas in a circle even: PostgreSQL ends one of them, whose payments then go one by one.
 */
const MOVE_ALL = `
  WITH moving AS (
    SELECT * FROM unnest($3::uuid[], $4::int[], $5::bytea[], $6::timestamptz[], $7::timestamptz[], $8::text[], $9::timestamptz[])
      WITH ORDINALITY AS moving (id, attempt, token, look_at, approved_at, provider_id, window_ends_at, number)),
  free AS (SELECT id FROM payment WHERE id = ANY($3) AND status = $1 ORDER BY order_id, id FOR UPDATE SKIP LOCKED)
  UPDATE payment SET status = $2, token = moving.token, decline_reason = NULL,
    approved_at = coalesce(moving.approved_at, payment.approved_at), look_at = moving.look_at,
    window_ends_at = coalesce(moving.window_ends_at, payment.window_ends_at),
    provider_id = coalesce(payment.provider_id, moving.provider_id), looks = 0, updated_at = now(),
    attempt = payment.attempt + ($2 = 'APPROVING')::int
  FROM moving JOIN free USING (id)
  WHERE payment.id = moving.id AND status = $1 AND (status <> 'APPROVING' OR payment.attempt = moving.attempt)
  RETURNING ${PAYMENT_COLUMNS}, moving.number`;

/**
 * As `move`, of several in one statement.
 *
 * @returns the rows as they are now, in the order of `all`; undefined for what was not moved now, for whatever reason:
 * `move` says what becomes of it.
 * @throws Error for a change that is not in the table of changes; what PostgreSQL says when one of them cannot be:
 * then none is moved.
 */
export async function moveAll(
  sql: Sql,
  all: readonly Moving[],
  from: PaymentStatus,
  to: PaymentStatus,
): Promise<(PaymentRow | undefined)[]> {
  assertAllowed(from, to);
  const rows = await sql.query<PaymentRow & { number: number }>(MOVE_ALL, [
    from,
    to,
    all.map(({ payment }) => payment.id),
    all.map(({ payment }) => payment.attempt),
    all.map(({ changes }) => changes.token ?? null),
    all.map(({ changes }) => changes.look_at ?? null),
    all.map(({ changes }) => changes.approved_at ?? null),
    all.map(({ changes }) => changes.provider_id ?? null),
    all.map(({ changes }) => changes.window_ends_at ?? null),
  ]);
  const moved = new Map(rows.map(({ number, ...row }) => [number, row]));
  for (const payment of moved.values()) noteStep(sql, payment);
  return all.map((_, index) => moved.get(index + 1));
}
