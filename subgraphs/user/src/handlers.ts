import type { Handler } from '@stampede/shared/messaging';
import type { Sealer } from '@stampede/shared/sealing';
import type { Log } from '@stampede/shared/telemetry';
import { orderMails } from './order-mails/on-order-messages.js';
import { onSaleOpening } from './reminders/on-sale-opening.js';

/** Everything that user hears of. */
export const handlers = (sealer: Sealer, log: Log): Handler[] => [
  onSaleOpening(sealer, log),
  ...orderMails(sealer),
];
