import type { Handler } from '@stampede/shared/messaging';
import { onOrderCancelled, onOrderExpired } from './order-ended/on-order-ended.js';
import { onOrderPaid } from './order-paid/on-order-paid.js';
import { onPaymentOverdue } from './overdue/on-payment-overdue.js';
import { onRefundRequested } from './refund/on-refund-requested.js';

/** What payment hears of, but for what it books. */
export const handlers: Handler[] = [
  onRefundRequested,
  onOrderPaid,
  onOrderExpired,
  onOrderCancelled,
  onPaymentOverdue,
];
