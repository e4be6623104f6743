import { won } from '@stampede/shared/graphql';
import { orderNumberOf } from './order-number.js';
import type { OrderRow } from './order-row.js';
import { Order } from './order.entity.js';

/** An order as the API shows it. */
export const orderOf = (row: OrderRow): Order =>
  Object.assign(new Order(), {
    id: row.id,
    number: orderNumberOf(row.number),
    status: row.status,
    buyer: { id: row.buyer_id },
    total: won(row.total),
    placedAt: row.placed_at,
    payBy: row.pay_by,
    cancelRequestedAt: row.cancel_requested_at,
    paidPaymentId: row.paid_payment_id,
  });
