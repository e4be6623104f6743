import { columnsOf, type Sql } from '@stampede/shared/database';
import { LEASE_MS } from './lease.js';
import { paymentChanges, paymentSteps } from './payment-changes.js';
import type { DeclineReason } from './payment.entity.js';
import { assertAllowed, type PaymentStatus } from './payment-status.js';

/** Who takes the money. */
export type ProviderName = 'KAKAOPAY' | 'TOSS_PAYMENTS';

/** The table `payment`, as PostgreSQL gives it. */
export interface PaymentRow {
  id: string;
  order_id: string;
  buyer_id: string;
  provider: ProviderName;
  status: PaymentStatus;
  amount: number;
  /** The provider's name for it; null where it has none before it approves. */
  provider_id: string | null;
  redirect_url: string;
  token: Buffer | null;
  attempt: number;
  decline_reason: DeclineReason | null;
  approved_at: Date | null;
  created_at: Date;
  /** What our own page of it shows, and where that leads. */
  item_name: string | null;
  return_url: string | null;
  window_ends_at: Date;
  look_at: Date | null;
  looks: number;
}

/** What is read of a payment, by name: `*` would fail once on each connection after a migration. */
export const PAYMENT_COLUMNS = columnsOf<PaymentRow>('payment', {
  id: true,
  order_id: true,
  buyer_id: true,
  provider: true,
  status: true,
  amount: true,
  provider_id: true,
  redirect_url: true,
  token: true,
  attempt: true,
  decline_reason: true,
  approved_at: true,
  created_at: true,
  item_name: true,
  return_url: true,
  window_ends_at: true,
  look_at: true,
  looks: true,
});

export async function findPayment(sql: Sql, id: string): Promise<PaymentRow | undefined> {
  const [row] = await sql.query<PaymentRow>(`SELECT ${PAYMENT_COLUMNS} FROM payment WHERE id = $1`, [id]);
  return row;
}

/** `approved_at` and `provider_id` stay, once they are there; `window_ends_at`, when it is not given. */
export type Changes = Partial<
  Pick<PaymentRow, 'token' | 'decline_reason' | 'approved_at' | 'provider_id' | 'look_at' | 'window_ends_at'>
>;

/** As planned: by the row as it is then, which somebody may have changed since it was read. */
interface NextLook {
  look_at?: Date | null | 'as planned';
}

/**
 * Changes a payment's status, if it still is in `from`. An APPROVING one only in the attempt that the caller knows:
 * who was slow to learn how an earlier attempt ended must not end a later one.
 *
 * @returns the row as it is now; undefined when somebody else has moved it: what they decided stands.
 * @throws Error for a change that is not in the table of changes.
 */
export async function move(
  sql: Sql,
  { id, attempt }: Pick<PaymentRow, 'id' | 'attempt'>,
  from: PaymentStatus,
  to: PaymentStatus,
  {
    token = null,
    decline_reason = null,
    approved_at = null,
    provider_id = null,
    look_at = null,
    window_ends_at,
  }: Omit<Changes, 'look_at'> & NextLook = {},
): Promise<PaymentRow | undefined> {
  assertAllowed(from, to);
  const [row] = await sql.query<PaymentRow>(
    `UPDATE payment SET status = $3, token = $4, decline_reason = $5, approved_at = coalesce($6, approved_at),
       look_at = CASE WHEN $11 THEN look_at ELSE $7 END, window_ends_at = coalesce($10, window_ends_at), provider_id = coalesce(provider_id, $9), looks = 0, updated_at = now(), attempt = attempt + ($3 = 'APPROVING')::int
     WHERE id = $1 AND status = $2 AND (status <> 'APPROVING' OR attempt = $8) RETURNING ${PAYMENT_COLUMNS}`,
    [
      id,
      from,
      to,
      token,
      decline_reason,
      approved_at,
      look_at === 'as planned' ? null : look_at,
      attempt,
      provider_id,
      window_ends_at ?? null,
      look_at === 'as planned',
    ],
  );
  if (row) noteStep(sql, row);
  return row;
}

/** Has it told, once it is committed, that a payment has reached the status that it has now. */
export function noteStep(
  sql: Sql,
  { order_id, provider, status }: Pick<PaymentRow, 'order_id' | 'provider' | 'status'>,
): void {
  paymentChanges.note(sql, order_id);
  paymentSteps.note(sql, `${provider} ${status}`);
}

/** Says that who has the payment in hand still has. Not once it has gone on, or somebody has it looked at sooner. */
export const renewLease = (sql: Sql, { id, status, attempt, looks }: PaymentRow): Promise<number> =>
  sql.run(
    `UPDATE payment SET look_at = now() + $5 * interval '1 ms'
     WHERE id = $1 AND status = $2 AND attempt = $3 AND looks = $4 AND look_at IS NOT NULL`,
    [id, status, attempt, looks, LEASE_MS],
  );
