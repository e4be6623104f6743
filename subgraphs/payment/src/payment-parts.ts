import type { Database } from '@stampede/shared/database';
import type { Sealer } from '@stampede/shared/sealing';
import type { Log } from '@stampede/shared/telemetry';
import type { Approvals } from './approvals/approvals.js';
import type { OrderClient } from './order-client.js';
import type { Providers } from './provider/index.js';

/** What paying needs. */
export interface PaymentParts {
  database: Database;
  providers: Providers;
  orders: OrderClient;
  approvals: Approvals;
  sealer: Sealer;
  log: Log;
}
