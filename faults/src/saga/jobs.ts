import type { Reminder } from '@stampede/shared/messaging';
import { applyDueEffects } from '@stampede/shared/inventory';
import { expireDue } from '@stampede/order/expiry/expire-orders';
import { sweepOrphans } from '@stampede/order/orphans/sweep-orphans';
import { reminders } from '@stampede/order/watchdog/reminders';
import { claimDue as claimPayments, settleOne } from '@stampede/payment/decision/settle-unknown';
import { claimDue as claimRefunds, tryOne } from '@stampede/payment/refund/refund-due';
import { remindOfApproval } from '@stampede/payment/watchdog/remind-of-approval';
import type { Service } from './life.js';
import { log, type Platform } from './platform.js';
import type { Stores } from './stores.js';

/** One round of something that a service does by itself. */
export interface Job {
  service: Service;
  run(stores: Stores, platform: Platform): Promise<unknown>;
}

const PROVIDERS = ['KAKAOPAY', 'TOSS_PAYMENTS'] as const;
const AT_ONCE = 8;

async function remind(database: Stores['databases'][Service], all: readonly Reminder[]): Promise<void> {
  for (const { event, remind: tell } of all) await database.transaction(`remind-of-${event}`, tell);
}

/** Their loops do nothing else than call these again and again. */
export const JOBS = {
  'effects of order': {
    service: 'order',
    run: ({ databases: { order: database }, inventory }, { rebuilds }) =>
      applyDueEffects({ database, inventory, askForRebuild: rebuilds.later }),
  },
  'effects of catalog': {
    service: 'catalog',
    run: ({ databases: { catalog: database }, inventory }, { askForRebuild }) =>
      applyDueEffects({ database, inventory, askForRebuild: askForRebuild.later }),
  },
  figures: { service: 'order', run: (_stores, { tellCounts }) => tellCounts() },
  expiry: { service: 'order', run: ({ databases: { order } }) => expireDue(order) },
  orphans: {
    service: 'order',
    run: ({ databases: { order: database }, inventory }, { rebuilds }) =>
      sweepOrphans({ database, inventory, rebuilds, log }),
  },
  settling: {
    service: 'payment',
    run: async (_stores, { payment }) => {
      for (const provider of PROVIDERS) {
        const due = await claimPayments(payment.database, provider, AT_ONCE);
        await Promise.all(due.map((one) => settleOne(payment, one)));
      }
    },
  },
  refunding: {
    service: 'payment',
    run: async (_stores, { payment }) => {
      for (const provider of PROVIDERS) {
        const due = await claimRefunds(payment.database, provider, AT_ONCE);
        await Promise.all(due.map((one) => tryOne(payment, one, () => undefined)));
      }
    },
  },
  'watchdog of order': { service: 'order', run: ({ databases: { order } }) => remind(order, reminders) },
  'watchdog of payment': {
    service: 'payment',
    run: ({ databases: { payment } }) => remind(payment, [remindOfApproval]),
  },
} satisfies Record<string, Job>;

export type JobName = keyof typeof JOBS;
export const JOB_NAMES = Object.keys(JOBS) as JobName[];
