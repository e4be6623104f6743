import type { Database } from '@stampede/shared/database';
import type { Guard } from '@stampede/shared/redis';
import { openResealing, type Sealer } from '@stampede/shared/sealing';
import type { Part, ServiceClient } from '@stampede/shared/subgraph';
import type { Log, Metrics } from '@stampede/shared/telemetry';
import type { readUserEnv } from './env.js';
import { openMailSender } from './mail/mail-sender.js';
import { openPurge } from './personal-data/purge-sessions.js';
import { SEALED_TABLES } from './personal-data/reseal.js';
import { openOrderBreaker } from './order-mails/order-breaker.js';
import { openOrderLetters } from './order-mails/order-letters.js';
import { openOpeningSales } from './reminders/opening-sales.js';
import { clearExpired } from './sign-up/clear-expired.js';

export interface JobParts {
  database: Database;
  sealer: Sealer;
  guard: Guard;
  /** Asked for what mails speak of. */
  catalog: ServiceClient;
  order: ServiceClient;
  env: Pick<ReturnType<typeof readUserEnv>, 'NODE_ENV' | 'PUBLIC_URL' | 'SMTP_URL' | 'MAIL_FROM'>;
  log: Log;
  metrics: Metrics;
}

/** What the service does without being asked; each goes on until it is closed. */
export function jobs({ catalog, order, env, ...parts }: JobParts): Part[] {
  const { database, sealer, guard, log, metrics } = parts;
  const breaker = openOrderBreaker(log, metrics);
  return [
    breaker,
    openMailSender({
      database,
      sealer,
      publicUrl: env.PUBLIC_URL,
      readOpeningSale: openOpeningSales(catalog),
      readOrderLetter: openOrderLetters(order, breaker),
      smtpUrl: env.SMTP_URL,
      mailFrom: env.MAIL_FROM,
      requireTls: env.NODE_ENV === 'production',
      log,
      metrics,
    }),
    openResealing({ database, guard, sealer, tables: SEALED_TABLES, log, metrics }),
    openPurge({ database, guard, log }),
    clearExpired({ database, guard, log }),
  ];
}
