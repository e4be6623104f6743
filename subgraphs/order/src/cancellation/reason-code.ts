/** Why orders change; `STATED` stands for what people write. */
const CODES = new Set([
  'BUYER',
  'OPERATOR',
  'SELLER',
  'SCHEDULE',
  'NO_UNITS_LEFT',
  'ORDER_ENDED',
  'ENDED_BEFORE_COMMIT',
  'STOCK_NOT_RETURNED',
  'NOT_PAID_IN_TIME',
  'STATED',
]);

/** Whether it is one of ours, and nothing that a person wrote. */
export const isCode = (reason: string): boolean => CODES.has(reason);

/**
 * What may be told of a reason. Somebody's own words stay in this service's tables: a message is kept in outboxes, at
 * the broker, as a dead letter and by payment, where nothing that a person wrote belongs.
 */
export const codeOf = (reason: string): string => (isCode(reason) ? reason : 'STATED');
