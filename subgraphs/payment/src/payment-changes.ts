import { openNotices } from '@stampede/shared/live';

/** Orders of which this process has changed a payment: whoever follows one reads its payments anew. */
export const paymentChanges = openNotices();

/** The statuses that payments have reached by this process, as `PROVIDER STATUS`. */
export const paymentSteps = openNotices();
