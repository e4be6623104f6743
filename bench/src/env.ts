import { baseEnv, readEnv, secret } from '@stampede/shared/env';
import { sealerFromKeys } from '@stampede/shared/sealing';
import { z } from 'zod';

/** What the command that starts the platform tells the benchmark about it. */
export function readBenchEnv(source: NodeJS.ProcessEnv = process.env) {
  return readEnv(
    {
      NODE_ENV: baseEnv.NODE_ENV,
      GATEWAY_URL: z.url(),
      /** The platform's database, as an administrator. */
      ADMIN_DATABASE_URL: z.url(),
      REDIS_URL: z.url(),
      /** Whether that Redis belongs to this platform alone, and may be emptied. */
      REDIS_IS_PRIVATE: z.stringbool().default(false),
      AMQP_URL: z.url(),
      NAMESPACE: z.string(),
      ACCESS_TOKEN_KEYS: secret(),
      PERSONAL_DATA_KEYS: sealerFromKeys('index'),
      /** Whose CPU time is told: pids by name, as JSON. */
      PROCESSES: z
        .string()
        .default('{}')
        .transform((text) => z.record(z.string(), z.number()).parse(JSON.parse(text))),
      RESULTS_FOLDER: z.string(),
    },
    source,
  );
}
