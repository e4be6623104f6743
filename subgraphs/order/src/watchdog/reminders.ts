import type { Reminder } from '@stampede/shared/messaging';
import { remindOfCancelled } from './remind-of-cancelled.js';
import { remindOfDecision } from './remind-of-decision.js';
import { remindOfPaid } from './remind-of-paid.js';
import { remindOfRefund } from './remind-of-refund.js';

/** What order waits for: each is told again until it is answered. */
export const reminders: readonly Reminder[] = [
  remindOfPaid,
  remindOfDecision,
  remindOfRefund,
  remindOfCancelled,
];
