import { won } from '@stampede/shared/graphql';
import { Payment, PaymentProvider } from './payment.entity.js';
import type { PaymentRow } from './payment-row.js';
import { PaymentStatus } from './payment-status.js';

/** A payment as the API shows it: never its token. */
export const paymentOf = (row: PaymentRow): Payment =>
  Object.assign(new Payment(), {
    id: row.id,
    order: { id: row.order_id },
    provider: PaymentProvider[row.provider],
    status: row.status,
    amount: won(row.amount),
    redirectUrl: row.status === PaymentStatus.READY ? row.redirect_url : null,
    declineReason: row.decline_reason,
    approvedAt: row.approved_at,
    createdAt: row.created_at,
  });
