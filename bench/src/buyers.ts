import { openDatabase } from '@stampede/shared/database';
import { baseEnv, exitOnEnvironmentError, readEnv, secret, serviceEnv } from '@stampede/shared/env';
import { sealerFromKeys } from '@stampede/shared/sealing';
import { openLog } from '@stampede/shared/telemetry';
import { createAccounts } from '@stampede/shared/testing';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';

// `npm run --silent buyers -- --count 2000`: verified buyers, one JSON line each on stdout, and nothing else.
// Before anything else is looked at: in production the rest of the environment is none of its business.
const { NODE_ENV } = exitOnEnvironmentError(() => readEnv({ NODE_ENV: baseEnv.NODE_ENV }));
if (NODE_ENV === 'production') fail('buyers are never made in production');
const env = exitOnEnvironmentError(() =>
  readEnv({
    /** The platform's database, as an administrator. */
    ADMIN_DATABASE_URL: serviceEnv.DATABASE_URL,
    ACCESS_TOKEN_KEYS: secret(),
    PERSONAL_DATA_KEYS: sealerFromKeys('index'),
  }),
);
const count = readCount();

// A log would be on stdout, which is for buyers alone; what goes wrong is thrown.
const log = openLog('buyers', 'silent');
const database = openDatabase({ url: env.ADMIN_DATABASE_URL, schema: 'user', log });
try {
  await pipeline(Readable.from(lines()), process.stdout);
} catch (error) {
  // A reader that has enough (`| head`) is no failure.
  if ((error as NodeJS.ErrnoException).code !== 'EPIPE') fail((error as Error).message);
} finally {
  await database.close();
}

async function* lines(): AsyncGenerator<string> {
  const { ACCESS_TOKEN_KEYS: keys, PERSONAL_DATA_KEYS: sealer } = env;
  for await (const { id, email, accessToken } of createAccounts({ database, sealer, keys, count })) {
    yield `${JSON.stringify({ id, email, accessToken })}\n`;
  }
}

function readCount(): number {
  const { values } = parseArgs({ options: { count: { type: 'string' } }, strict: false });
  const wanted = Number(values.count);
  if (Number.isInteger(wanted) && wanted >= 1 && wanted <= 100_000) return wanted;
  return fail('usage: npm run --silent buyers -- --count N, from 1 to 100000');
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
