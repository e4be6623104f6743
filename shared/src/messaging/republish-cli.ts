import { z } from 'zod';
import { openDatabase } from '../database/index.js';
import { exitOnEnvironmentError, readEnv } from '../env/index.js';
import { openLog } from '../telemetry/index.js';
import { republish } from './republish.js';

/** A table of many messages takes a while to be marked. */
const WITHIN_MS = 600_000;

// `node shared/dist/messaging/republish-cli.js`, after a restore or a lost broker: docs/restoring.md.
const env = exitOnEnvironmentError(() =>
  readEnv({
    /** Of the platform's database, as a role that may change all schemas. */
    ADMIN_DATABASE_URL: z.url(),
    REPUBLISH_AFTER_S: z.coerce.number().int().min(0).max(3_600).default(60),
  }),
);
const database = openDatabase({
  url: env.ADMIN_DATABASE_URL,
  schema: 'public',
  log: openLog('republish', 'warn'),
  maxConnections: 1,
  statementTimeoutMs: WITHIN_MS,
});
try {
  const counts = await republish(database, env.REPUBLISH_AFTER_S);
  for (const [service, count] of Object.entries(counts)) {
    process.stdout.write(`${service}: ${count} messages in ${env.REPUBLISH_AFTER_S} s\n`);
  }
} finally {
  await database.close();
}
