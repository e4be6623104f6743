import { startWatchdog } from '@stampede/shared/messaging';
import type { Part } from '@stampede/shared/subgraph';
import type { Metrics } from '@stampede/shared/telemetry';
import { openSettling } from './decision/settle-unknown.js';
import { auditBooks } from './figures/audit-books.js';
import { countPaymentSteps } from './figures/count-payment-steps.js';
import { watchMoney } from './figures/watch-money.js';
import type { PaymentParts } from './payment-parts.js';
import { mismatchesOf } from './refund/mismatches.js';
import { openRefunding } from './refund/refund-due.js';
import { remindOfApproval } from './watchdog/remind-of-approval.js';
import { watchDecisions } from './watchdog/watch-decisions.js';

/** What payment does by itself, in every replica, side by side. */
export function jobs(parts: PaymentParts, metrics: Metrics): Part[] {
  const { database, providers, log } = parts;
  return [
    openSettling(parts),
    openRefunding(parts, mismatchesOf(metrics)),
    startWatchdog({ database, reminders: [remindOfApproval], log, metrics }),
    watchDecisions(parts, metrics),
    countPaymentSteps(providers, metrics),
    watchMoney(parts, metrics),
    auditBooks(parts, metrics),
  ];
}
