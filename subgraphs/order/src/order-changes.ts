import { openNotices } from '@stampede/shared/live';

/**
 * Orders that this process has changed, in what they show. Whoever follows one is told by this; and, should the
 * process die before, by the row's `updated_at`. That is set for a payment's decision mark as well: payment tells
 * of the payment itself, and may die in the same way.
 */
export const orderChanges = openNotices();

/** The statuses that orders have reached by this process. */
export const orderSteps = openNotices();

/** Why catalog did not sell what had been paid for. */
export const stockRejections = openNotices();
