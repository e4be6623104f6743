import { workOff, type Repetition } from '@stampede/shared/background';
import { startWatchdog } from '@stampede/shared/messaging';
import { openResealing, type Sealer } from '@stampede/shared/sealing';
import { countDeadLetters } from './dead-letters/list-dead-letters.js';
import { openDeliveries, type DeliveryParts } from './delivery/deliveries.js';
import { forgetWhenEnded } from './deleted-accounts/forget-when-ended.js';
import { expireDue } from './expiry/expire-orders.js';
import { openAudits, type AuditJobParts } from './audit/audit-sales.js';
import { sweepOrphans, type OrphanParts } from './orphans/sweep-orphans.js';
import { foldSaleFunnel } from './sale-figures/fold-sale-funnel.js';
import { SEALED_TABLES } from './shipping-address/kept-address.js';
import { reminders } from './watchdog/reminders.js';
import { watchStanding } from './watchdog/watch-standing.js';

/** Short enough that units are available again well within a second of `payBy`. */
const EXPIRY_PAUSE_MS = 250;
const ORPHANS_PAUSE_MS = 5_000;
const COUNT_PAUSE_MS = 5_000;

/** What order does by itself; every replica does all of it, side by side, but for what takes turns. */
export function jobs(parts: OrphanParts & AuditJobParts & DeliveryParts & { sealer: Sealer }): Repetition[] {
  const { database, log, metrics } = parts;
  const openLetters = metrics.gauge(
    'dead_letters_open',
    'Dead letters of all services that wait for a person. Every replica reports all: take the maximum.',
  );
  return [
    workOff({ name: 'expiry', pauseMs: EXPIRY_PAUSE_MS, log }, () => expireDue(database)),
    workOff({ name: 'the sweep of orphans', pauseMs: ORPHANS_PAUSE_MS, log }, () => sweepOrphans(parts)),
    workOff({ name: 'the count of dead letters', pauseMs: COUNT_PAUSE_MS, log }, async () => {
      openLetters.set(await countDeadLetters(database));
      return 0;
    }),
    ...openDeliveries(parts),
    foldSaleFunnel(database, log),
    forgetWhenEnded(parts),
    openAudits(parts),
    openResealing({ ...parts, tables: SEALED_TABLES }),
    startWatchdog({ database, reminders, log, metrics }),
    watchStanding(parts),
  ];
}
