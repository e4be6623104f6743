import type { Handler } from '@stampede/shared/messaging';
import { onDecisionsCounted } from './sale-stats/on-decisions-counted.js';
import { onOrderCancelled } from './stock-book/on-order-cancelled.js';
import { onOrderPaid } from './stock-book/on-order-paid.js';
import { onAccountDeleted } from './wishlist/on-account-deleted.js';

/** Everything that catalog hears of. */
export const handlers: Handler[] = [onOrderPaid, onOrderCancelled, onAccountDeleted, onDecisionsCounted];
