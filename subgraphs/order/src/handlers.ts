import type { Handler } from '@stampede/shared/messaging';
import { onStockReturned } from './cancellation/on-stock-returned.js';
import { onAccountDeleted } from './deleted-accounts/on-account-deleted.js';
import { onProductChanged } from './listing/on-product-changed.js';
import { onPaymentApproved } from './payment-outcome/on-payment-approved.js';
import { onPaymentDeclined } from './payment-outcome/on-payment-declined.js';
import { onPaymentRefunded } from './payment-outcome/on-payment-refunded.js';
import { onStockCommitted } from './payment-outcome/on-stock-committed.js';
import { onStockRejected } from './payment-outcome/on-stock-rejected.js';
import type { Rebuilds } from './rebuild/rebuilds.js';

/** Everything that order hears of. */
export const handlers = (rebuilds: Rebuilds): Handler[] => [
  onAccountDeleted,
  onProductChanged((productId) => {
    rebuilds.forgetUnknown(productId);
    rebuilds.warm(productId);
  }),
  onPaymentApproved,
  onPaymentDeclined,
  onPaymentRefunded,
  onStockCommitted,
  onStockRejected,
  onStockReturned,
];
