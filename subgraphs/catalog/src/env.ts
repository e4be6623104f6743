import { exitOnEnvironmentError, readEnv, serviceEnv } from '@stampede/shared/env';
import { z } from 'zod';

export const readCatalogEnv = () =>
  exitOnEnvironmentError(() =>
    readEnv({
      ...serviceEnv,
      ORDER_URL: z.url(),
      /** Milliseconds since 1970; the demo's sales are set by it. */
      STAMPEDE_STARTED_AT: z.coerce
        .number()
        .int()
        .default(() => Date.now()),
    }),
  );

export type CatalogEnv = ReturnType<typeof readCatalogEnv>;
