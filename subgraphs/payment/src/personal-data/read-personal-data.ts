import type { Sql } from '@stampede/shared/database';
import { readPersonalPage, timeKey, type PersonalPage } from '@stampede/shared/graphql';

const FIND = `SELECT id, ${timeKey('created_at')} AS at, json_build_object(
       'id', id, 'orderId', order_id, 'provider', provider, 'providerName', provider_id, 'status', status, 'amount', amount,
       'declineReason', decline_reason, 'approvedAt', approved_at, 'createdAt', created_at,
       'refunds', (SELECT json_agg(json_build_object('amount', amount, 'reason', reason,
                     'requestedAt', requested_at, 'refundedAt', refunded_at) ORDER BY number)
                   FROM refund WHERE payment_id = payment.id)) AS kept
       FROM payment
      WHERE buyer_id = $1 AND ($2::timestamptz IS NULL OR (created_at, id) < ($2::timestamptz, $3::uuid))
      ORDER BY created_at DESC, id DESC LIMIT $4`;

/**
 * Every payment that a person made, newest first, with its refunds; without the provider's token and page, which open
 * the payment to whoever holds them. @throws BAD_USER_INPUT
 */
export const readPersonalData = (sql: Sql, userId: string, after: string | null): Promise<PersonalPage> =>
  readPersonalPage('personal-payments', { userId, after }, ({ userId, at, id, limit }) =>
    sql.query(FIND, [userId, at, id, limit]),
  );
