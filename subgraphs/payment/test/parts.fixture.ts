import type { Database } from '@stampede/shared/database';
import { openSealer } from '@stampede/shared/sealing';
import { openLog } from '@stampede/shared/telemetry';
import { randomBytes } from 'node:crypto';
import type { PaymentParts } from '../src/payment-parts.js';
import type { Provider } from '../src/provider/index.js';

/** What paying needs, on a real database, with a provider that does what a test says, and orders that may be paid. */
export function partsWith(
  database: Database,
  provider: Partial<Provider>,
  orders: Partial<PaymentParts['orders']> = {},
): PaymentParts {
  const key = () => randomBytes(32).toString('base64');
  return {
    database,
    providers: { KAKAOPAY: provider as Provider, TOSS_PAYMENTS: provider as Provider },
    orders: {
      toPay: () => Promise.resolve(null),
      markDeciding: () => Promise.resolve(true),
      ...orders,
    },
    sealer: openSealer(`local-only-1:${key()},index:${key()}`),
    log: openLog('payment', 'silent'),
  };
}
