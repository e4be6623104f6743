/**
 * The only changes of an order's status; null: there was no order. Said a second time, apart from order's own table,
 * because what checks a service must not share its mistakes; order's tests compare the two.
 */
export const STATUS_CHANGES: readonly (readonly [from: string | null, to: string])[] = [
  [null, 'PENDING_PAYMENT'],
  ['PENDING_PAYMENT', 'PAID'],
  ['PENDING_PAYMENT', 'EXPIRED'],
  ['PENDING_PAYMENT', 'CANCELLED'],
  ['PAID', 'CONFIRMED'],
  ['PAID', 'CANCELLED'],
  ['CONFIRMED', 'PREPARING'],
  ['CONFIRMED', 'REFUNDING'],
  ['PREPARING', 'SHIPPED'],
  ['PREPARING', 'REFUNDING'],
  ['SHIPPED', 'DELIVERED'],
  ['REFUNDING', 'REFUNDED'],
];

/** Those of an order whose units are its buyer's: CONFIRMED, and wherever its delivery takes it from there. */
export const SOLD_STATUSES: readonly string[] = ['CONFIRMED', 'PREPARING', 'SHIPPED', 'DELIVERED'];
