import type { Sql } from '@stampede/shared/database';
import { readPersonalPage, timeKey, type PersonalPage } from '@stampede/shared/graphql';
import type { Sealer } from '@stampede/shared/sealing';
import { openAddress } from '../shipping-address/kept-address.js';

const FIND = `SELECT id, ${timeKey('placed_at')} AS at, json_build_object(
       'id', id, 'number', number, 'status', status, 'total', total, 'placedAt', placed_at, 'payBy', pay_by,
       'cancelRequestedAt', cancel_requested_at, 'cancelReason', cancel_reason,
       'lines', (SELECT json_agg(json_build_object('productId', product_id, 'productName', product_name,
                   'quantity', quantity, 'unitPrice', unit_price, 'sellerId', seller_id) ORDER BY product_id)
                 FROM order_line WHERE order_id = orders.id),
       'timeline', (SELECT json_agg(json_build_object('at', at, 'status', status, 'reason', reason) ORDER BY id)
                    FROM order_event WHERE order_id = orders.id),
       'delivery', (SELECT json_build_object('carrier', carrier, 'trackingNumber', tracking_number,
                      'shippedAt', shipped_at, 'deliveredAt', delivered_at)
                    FROM delivery WHERE order_id = orders.id),
       'refunds', (SELECT json_agg(json_build_object('amount', amount, 'reason', reason,
                     'requestedAt', requested_at, 'refundedAt', refunded_at) ORDER BY requested_at)
                   FROM refund WHERE order_id = orders.id)) AS kept,
       (SELECT address FROM shipping_address WHERE id = orders.id) AS address
       FROM orders
      WHERE buyer_id = $1 AND ($2::timestamptz IS NULL OR (placed_at, id) < ($2::timestamptz, $3::uuid))
      ORDER BY placed_at DESC, id DESC LIMIT $4`;

interface Found {
  id: string;
  at: string;
  kept: object;
  address: Buffer | null;
}

/**
 * Every order that a person placed, newest first, with all that is kept of it.
 *
 * @throws BAD_USER_INPUT; Error when an address does not open: half of what is kept is not told.
 */
export const readPersonalData = (
  sql: Sql,
  sealer: Sealer,
  userId: string,
  after: string | null,
): Promise<PersonalPage> =>
  readPersonalPage('personal-orders', { userId, after }, async ({ userId: buyerId, at, id, limit }) => {
    const rows = await sql.query<Found>(FIND, [buyerId, at, id, limit]);
    return rows.map(({ address, kept, ...row }) => {
      const shippingAddress = address && openAddress(sealer, row.id, address);
      return { ...row, kept: { ...kept, shippingAddress } };
    });
  });
