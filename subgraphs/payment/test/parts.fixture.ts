import type { Database } from '@stampede/shared/database';
import { openSealer } from '@stampede/shared/sealing';
import { openLog } from '@stampede/shared/telemetry';
import { randomBytes } from 'node:crypto';
import { openApprovals } from '../src/approvals/approvals.js';
import type { PaymentParts } from '../src/payment-parts.js';
import type { Provider } from '../src/provider/index.js';

/** What `partsWith` takes for both providers, given for each by itself. */
export const partsWithEach = (
  database: Database,
  [kakaopay, toss]: [Partial<Provider>, Partial<Provider>],
  orders?: Partial<PaymentParts['orders']>,
): PaymentParts => ({
  ...partsWith(database, kakaopay, orders),
  providers: {
    KAKAOPAY: partsWith(database, kakaopay).providers.KAKAOPAY,
    TOSS_PAYMENTS: partsWith(database, toss).providers.TOSS_PAYMENTS,
  },
});

/** What paying needs, on a real database, with a provider that does what a test says, and orders that may be paid. */
export function partsWith(
  database: Database,
  provider: Partial<Provider>,
  orders: Partial<PaymentParts['orders']> = {},
): PaymentParts {
  const whole = {
    confirmWindowMs: 0,
    opensInBrowser: false,
    retryAt: () => undefined,
    ...provider,
  } as Provider;
  const key = () => randomBytes(32).toString('base64');
  return {
    database,
    providers: { KAKAOPAY: whole, TOSS_PAYMENTS: whole },
    orders: {
      toPay: () => Promise.resolve(null),
      markDeciding: () => Promise.resolve(true),
      clearDeciding: () => Promise.resolve(),
      ...orders,
    },
    approvals: openApprovals(database),
    sealer: openSealer(`local-only-1:${key()},index:${key()}`),
    log: openLog('payment', 'silent'),
  };
}
