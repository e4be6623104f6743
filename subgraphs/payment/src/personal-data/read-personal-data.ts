import type { Sql } from '@stampede/shared/database';
import { decodeTimeCursor, encodeCursor, timeKey } from '@stampede/shared/graphql';
import { isUuid } from '../is-uuid.js';

/** A page is read in one statement, and travels as one answer of some hundred kilobytes. */
const PAGE = 500;
const LIST = 'personal-payments';

/** What is kept of a person, a page of it. */
export interface PersonalPage {
  items: unknown[];
  /** Where to go on; null at the end. */
  next: string | null;
}

/**
 * Every payment that a person made, newest first, with its refunds; without the provider's token and page, which open
 * the payment to whoever holds them. @throws BAD_USER_INPUT
 */
export async function readPersonalData(
  sql: Sql,
  userId: string,
  after: string | null,
): Promise<PersonalPage> {
  if (!isUuid(userId)) return { items: [], next: null };
  const [createdAt, id] = after === null ? [null, null] : decodeTimeCursor(LIST, after);
  const rows = await sql.query<{ id: string; at: string; kept: object }>(
    `SELECT id, ${timeKey('created_at')} AS at, json_build_object(
       'id', id, 'orderId', order_id, 'provider', provider, 'providerName', tid, 'status', status, 'amount', amount,
       'declineReason', decline_reason, 'approvedAt', approved_at, 'createdAt', created_at,
       'refunds', (SELECT json_agg(json_build_object('amount', amount, 'reason', reason,
                     'requestedAt', requested_at, 'refundedAt', refunded_at) ORDER BY number)
                   FROM refund WHERE payment_id = payment.id)) AS kept
       FROM payment
      WHERE buyer_id = $1 AND ($2::timestamptz IS NULL OR (created_at, id) < ($2::timestamptz, $3::uuid))
      ORDER BY created_at DESC, id DESC LIMIT $4`,
    [userId, createdAt, id, PAGE],
  );
  const last = rows.at(-1);
  const more = last !== undefined && rows.length === PAGE;
  return { items: rows.map(({ kept }) => kept), next: more ? encodeCursor(LIST, last.at, last.id) : null };
}
