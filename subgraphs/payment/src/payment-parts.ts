import type { Database } from '@stampede/shared/database';
import type { Sealer } from '@stampede/shared/sealing';
import type { Log } from '@stampede/shared/telemetry';
import type { KakaoPay } from './kakaopay/index.js';
import type { OrderClient } from './order-client.js';

/** What paying needs. */
export interface PaymentParts {
  database: Database;
  kakaopay: KakaoPay;
  orders: OrderClient;
  sealer: Sealer;
  log: Log;
}
